use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::BytesMut;

use super::Plan;
use crate::client::{Acks, Answer, ClientFault, Connection, Payload, Pending, Settings, persist};
use crate::model::{ErrorCode, Instant, ProducerEpoch, ProducerId};
use crate::perf::load::Body;
use crate::perf::tally::Counts;
use crate::perf::target::Target;
use crate::records::{HEADER_BYTES, Stamp};
use crate::wire::api::{init_producer_id, produce};
use crate::wire::{Records, Text};

/// One batch on its way.
#[derive(Debug)]
pub struct Sent {
    pub partition: usize,
    pub count: u32,
    pub payload_bytes: u64,
    pub batch_bytes: u64,
    pub meant: Meant,
}

/// From when the latency of the records of a batch counts.
#[derive(Debug)]
pub enum Meant {
    /// All from this moment.
    Begun(Instant),
    Each(Vec<Instant>),
}

impl Sent {
    pub fn counts(&self) -> Counts {
        Counts {
            records: u64::from(self.count),
            payload_bytes: self.payload_bytes,
            batch_bytes: self.batch_bytes,
            batches: 1,
            ..Counts::default()
        }
    }
}

/// A request whose answer has not come.
#[derive(Debug)]
struct Flight {
    pending: Pending,
    sent: Instant,
    batches: Vec<Sent>,
}

/// What became of a request.
#[derive(Debug)]
pub struct Landed {
    pub batches: Vec<Sent>,
    pub answer: Answer,
}

/// A request being put together.
#[derive(Debug, Default)]
pub struct Cargo {
    headers: BytesMut,
    bodies: Vec<Body>,
    batches: Vec<Sent>,
    pub bytes: usize,
}

impl Cargo {
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    pub fn has(&self, partition: usize) -> bool {
        self.batches.iter().any(|sent| sent.partition == partition)
    }

    /// Puts a batch into the request.
    pub fn load(&mut self, partition: usize, meant: Meant, body: Body, stamp: &Stamp) {
        let batch_bytes = body.prepared.batch_bytes();
        self.bytes += batch_bytes;
        self.headers.extend_from_slice(&body.prepared.header(stamp));
        self.batches.push(Sent {
            partition,
            count: body.prepared.count.unsigned_abs(),
            payload_bytes: body.payload_bytes,
            batch_bytes: batch_bytes as u64,
            meant,
        });
        self.bodies.push(body);
    }
}

/// One producer's connection to one broker.
#[derive(Debug)]
pub struct Lane {
    plan: Arc<Plan>,
    connection: Connection,
    flights: VecDeque<Flight>,
}

impl Lane {
    pub fn new(plan: Arc<Plan>, connection: Connection) -> Lane {
        Lane {
            plan,
            connection,
            flights: VecDeque::new(),
        }
    }

    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// Since when the oldest request waits.
    pub fn oldest(&self) -> Option<Instant> {
        self.flights.front().map(|flight| flight.sent)
    }

    /// Sends a request. With acks 0 it has landed as soon as it is written: its batches come
    /// back at once.
    pub async fn send(&mut self, cargo: Cargo, now: Instant) -> Result<Vec<Sent>, ClientFault> {
        let Cargo {
            mut headers,
            bodies,
            batches,
            ..
        } = cargo;
        let mut payloads = Vec::with_capacity(bodies.len());
        for body in bodies {
            let header = headers.split_to(HEADER_BYTES).freeze();
            payloads.push(Payload::new(header, body.records));
        }
        let (batches, payloads) = by_topic(batches, payloads);
        let request = compose(&self.plan, &batches, &payloads);
        if self.plan.acks == Acks::None {
            self.connection.send_with(&request, &payloads).await?;
            return Ok(batches);
        }
        let pending = self.connection.start_with(&request, &payloads).await?;
        self.flights.push_back(Flight {
            pending,
            sent: now,
            batches,
        });
        Ok(Vec::new())
    }

    /// The oldest request, once its answer has come.
    pub fn poll_landed(&mut self, context: &mut Context<'_>) -> Poll<Result<Landed, ClientFault>> {
        let Some(flight) = self.flights.front_mut() else {
            return Poll::Pending;
        };
        let answer = match Pin::new(&mut flight.pending).poll(context) {
            Poll::Ready(answer) => answer,
            Poll::Pending => return Poll::Pending,
        };
        let flight = self.flights.pop_front().into_iter().next();
        let batches = flight.map(|flight| flight.batches).unwrap_or_default();
        Poll::Ready(answer.map(|answer| Landed { batches, answer }))
    }

    /// Gives up on all that is in flight: records that nobody acknowledged.
    pub fn abandon(&mut self) -> u64 {
        let batches = self.flights.drain(..).flat_map(|flight| flight.batches);
        batches.map(|sent| u64::from(sent.count)).sum()
    }
}

/// Gets a producer id. A cluster that gives its first ones may take a while.
pub async fn identify(
    connection: &Connection,
    settings: &Settings,
) -> Result<(ProducerId, ProducerEpoch), ClientFault> {
    let request = init_producer_id::Request {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..init_producer_id::Request::default()
    };
    persist(settings, async || {
        let answer = connection.call(&request).await?;
        let answer: init_producer_id::Response<'_> = answer.read()?;
        ClientFault::check(answer.error_code, None)?;
        let epoch = ProducerEpoch(answer.producer_epoch);
        Ok((ProducerId(answer.producer_id), epoch))
    })
    .await
}

/// The batches of a request in the order of their slots, so that each topic's are together.
fn by_topic(batches: Vec<Sent>, payloads: Vec<Payload>) -> (Vec<Sent>, Vec<Payload>) {
    let mut both: Vec<(Sent, Payload)> = batches.into_iter().zip(payloads).collect();
    both.sort_by_key(|(sent, _)| sent.partition);
    both.into_iter().unzip()
}

fn compose<'a>(plan: &'a Plan, batches: &[Sent], payloads: &[Payload]) -> produce::Request<'a> {
    let target = &plan.target;
    let mut index = 0;
    let mut partition = |sent: &Sent| {
        let len = payloads.get(index).map_or(0, Payload::len);
        index += 1;
        produce::PartitionProduceData {
            index: target.partition_of(sent.partition),
            records: Some(Records::Spliced {
                index: index - 1,
                len,
            }),
            ..produce::PartitionProduceData::default()
        }
    };
    let same =
        |a: &Sent, b: &Sent| a.partition / target.partitions == b.partition / target.partitions;
    let mut topic_data = Vec::new();
    for of_topic in batches.chunk_by(same) {
        let topic = target.topic_of(of_topic.first().map_or(0, |sent| sent.partition));
        topic_data.push(produce::TopicProduceData {
            name: Text::Borrowed(&topic.name),
            topic_id: topic.id,
            partition_data: of_topic.iter().map(&mut partition).collect(),
            ..produce::TopicProduceData::default()
        });
    }
    let timeout = target.settings.request_timeout.as_millis();
    produce::Request {
        acks: plan.acks.number(),
        timeout_ms: i32::try_from(timeout).unwrap_or(i32::MAX),
        topic_data,
        ..produce::Request::default()
    }
}

/// The slots that refused their batch, with why. A duplicate was stored before.
pub fn refusals(answer: &produce::Response<'_>, target: &Target) -> Vec<(usize, ClientFault)> {
    let fine = [ErrorCode::None, ErrorCode::DuplicateSequenceNumber].map(ErrorCode::code);
    let mut refused = Vec::new();
    for topic in &answer.responses {
        for row in &topic.partition_responses {
            let slot = target.slot((&topic.name, topic.topic_id), row.index);
            let fault = ClientFault::check(row.error_code, row.error_message.as_deref());
            if let (Some(slot), Err(fault)) = (slot, fault)
                && !fine.contains(&row.error_code)
            {
                refused.push((slot, fault));
            }
        }
    }
    refused
}
