//! An idempotent producer that never gives up: it sends every batch again until it is acked.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use corelane::io::{clock, random};
use corelane::model::{ErrorCode, ProducerEpoch, ProducerId, Sequence};
use corelane::records::{BatchBuilder, Codec, Compression, NewRecord};
use corelane::wire::Records;
use corelane::wire::api::{init_producer_id, produce};

use crate::ledger::{Ledger, Mark};
use crate::peer::Peer;

/// Batches of one partition that may wait for their ack: what the broker remembers of each
/// producer, so that any of them can be told from a new one.
const UNACKED_MAX: usize = 5;

/// At most so long between two attempts of which the first was in vain, or was not.
const RETRY: Duration = Duration::from_millis(80);
const PAUSE: Duration = Duration::from_millis(3);

/// As often an oldest batch may be called out of order before nobody vouches for it.
const DOUBTS_MAX: u32 = 20;

/// What a producer is to do.
#[derive(Clone)]
pub struct Task {
    pub number: u32,
    pub broker: SocketAddr,
    pub topic: Rc<str>,
    pub partitions: i32,
    pub batches: usize,
    /// Each batch is compressed with one of these.
    pub codecs: &'static [Codec],
    pub ledger: Rc<Ledger>,
}

pub struct Producer {
    task: Task,
    version: i16,
    identity: Option<(ProducerId, ProducerEpoch)>,
    lanes: BTreeMap<i32, Lane>,
    unmade: usize,
}

/// One partition as a producer sees it.
#[derive(Default)]
struct Lane {
    next_sequence: i32,
    unacked: VecDeque<Batch>,
    /// How often in a row the oldest batch was called out of order.
    doubts: u32,
}

#[derive(Clone, Copy)]
struct Batch {
    partition: i32,
    base_sequence: i32,
    count: i32,
}

impl Producer {
    pub fn new(task: Task) -> Producer {
        let lanes = (0..task.partitions)
            .map(|partition| (partition, Lane::default()))
            .collect();
        // Nobody may send zstd before version 7.
        let versions = if task.codecs.contains(&Codec::Zstd) {
            &[7, 8, 9, 12][..]
        } else {
            &[3, 7, 8, 9, 12]
        };
        let version = versions[below(versions.len())];
        let unmade = task.batches;
        Producer {
            task,
            version,
            identity: None,
            lanes,
            unmade,
        }
    }

    /// Ends when every batch is acked.
    pub async fn run(mut self) {
        while self.unmade > 0 || self.lanes.values().any(|lane| !lane.unacked.is_empty()) {
            let _broken = self.converse().await;
            clock::sleep(RETRY).await;
        }
    }

    /// Produces over one connection until it breaks or all is done.
    async fn converse(&mut self) -> io::Result<()> {
        let mut peer = Peer::connect(self.task.broker).await?;
        let identity = match self.identity {
            Some(identity) => identity,
            None => identify(&mut peer).await?,
        };
        self.identity = Some(identity);
        loop {
            self.make_batches();
            let burst = self.burst();
            if burst.is_empty() {
                return Ok(());
            }
            for batch in &burst {
                self.send(&mut peer, identity, *batch).await?;
            }
            let sent = burst.len();
            for batch in burst {
                let answer = peer.receive().await?;
                self.judge(batch, answer.read(self.version));
            }
            let refused = self.burst().len() == sent;
            let pause = if refused { RETRY } else { PAUSE };
            clock::sleep(pause.mul_f64((random::u64() % 100) as f64 / 100.0)).await;
        }
    }

    fn make_batches(&mut self) {
        let batches = below(4).min(self.unmade);
        for _ in 0..batches {
            let partition = below(self.lanes.len()) as i32;
            let lane = self
                .lanes
                .get_mut(&partition)
                .expect("a lane per partition");
            if lane.unacked.len() < UNACKED_MAX {
                let (base_sequence, count) = (lane.next_sequence, 1 + below(4) as i32);
                lane.next_sequence += count;
                lane.unacked.push_back(Batch {
                    partition,
                    base_sequence,
                    count,
                });
                self.unmade -= 1;
            }
        }
        if self.unmade > 0 && self.lanes.values().all(|lane| lane.unacked.is_empty()) {
            self.make_batches();
        }
    }

    /// All that waits for an ack: in order within a partition, mixed between them.
    fn burst(&self) -> Vec<Batch> {
        let mut lanes: Vec<VecDeque<Batch>> = self
            .lanes
            .values()
            .map(|lane| lane.unacked.clone())
            .collect();
        let mut burst = Vec::new();
        loop {
            lanes.retain(|lane| !lane.is_empty());
            if lanes.is_empty() {
                return burst;
            }
            let lane = below(lanes.len());
            burst.extend(lanes[lane].pop_front());
        }
    }

    async fn send(
        &self,
        peer: &mut Peer,
        identity: (ProducerId, ProducerEpoch),
        batch: Batch,
    ) -> io::Result<()> {
        let bytes = self.build(identity, batch);
        let partition = produce::PartitionProduceData {
            index: batch.partition,
            records: Some(Records::Slice(&bytes)),
            ..Default::default()
        };
        let topic = produce::TopicProduceData {
            name: (&*self.task.topic).into(),
            partition_data: vec![partition],
            ..Default::default()
        };
        let request = produce::Request {
            acks: -1,
            timeout_ms: 30_000,
            topic_data: vec![topic],
            ..Default::default()
        };
        peer.send(&request, self.version).await
    }

    fn build(&self, (id, epoch): (ProducerId, ProducerEpoch), batch: Batch) -> Vec<u8> {
        let base = Sequence(batch.base_sequence);
        let codec = self.task.codecs[below(self.task.codecs.len())];
        let mut builder = BatchBuilder::new()
            .producer(id, epoch, base)
            .compression(Compression::of(codec));
        for mark in self.marks(batch) {
            let value = mark.to_value();
            let record = NewRecord {
                value: Some(&value),
                ..Default::default()
            };
            builder.push(clock::wall(), &record);
        }
        builder.finish()
    }

    fn marks(&self, batch: Batch) -> impl Iterator<Item = Mark> + use<> {
        let producer = self.task.number;
        let Batch {
            partition,
            base_sequence,
            count,
        } = batch;
        (0..count).map(move |delta| Mark {
            partition,
            producer,
            sequence: base_sequence + delta,
        })
    }

    /// Books an answer. Whatever is not an ack is sent again.
    fn judge(&mut self, batch: Batch, answer: produce::Response<'_>) {
        let outcome = &answer.responses[0].partition_responses[0];
        assert_eq!(outcome.index, batch.partition);
        match ErrorCode::from_code(outcome.error_code) {
            Some(ErrorCode::None) => {
                for (index, mark) in self.marks(batch).enumerate() {
                    self.task
                        .ledger
                        .promise(outcome.base_offset + index as i64, mark);
                }
                self.settle(batch);
            }
            Some(ErrorCode::DuplicateSequenceNumber) => self.settle(batch),
            Some(ErrorCode::OutOfOrderSequenceNumber) => self.doubt(batch),
            Some(code) if code.is_retriable() => {}
            _ => self
                .task
                .ledger
                .complain(format!("produce answers {}", outcome.error_code)),
        }
    }

    /// An ack vouches for all that precedes the batch, whose place the broker may have forgotten:
    /// Kafka's snapshots hold only the last batch of each producer.
    fn settle(&mut self, batch: Batch) {
        let lane = self
            .lanes
            .get_mut(&batch.partition)
            .expect("a lane per partition");
        lane.unacked
            .retain(|waiting| waiting.base_sequence > batch.base_sequence);
        lane.doubts = 0;
    }

    /// The oldest batch was called out of order. If it is in the log, an ack of a later one is
    /// on its way; if none comes, the broker has forgotten what precedes it.
    fn doubt(&mut self, batch: Batch) {
        let lane = self
            .lanes
            .get_mut(&batch.partition)
            .expect("a lane per partition");
        let oldest = lane.unacked.front().map(|oldest| oldest.base_sequence);
        if oldest == Some(batch.base_sequence) {
            lane.doubts += 1;
        }
        if lane.doubts == DOUBTS_MAX {
            let Batch {
                partition,
                base_sequence,
                ..
            } = batch;
            self.task.ledger.complain(format!(
                "producer {}, partition {partition}: the broker forgot what precedes number \
                 {base_sequence}",
                self.task.number
            ));
        }
    }
}

async fn identify(peer: &mut Peer) -> io::Result<(ProducerId, ProducerEpoch)> {
    let request = init_producer_id::Request {
        transactional_id: None,
        ..Default::default()
    };
    let answer = peer.ask(&request, 4).await?;
    let answer: init_producer_id::Response<'_> = answer.read(4);
    if answer.error_code != 0 {
        return Err(io::Error::other("no producer id for now"));
    }
    Ok((
        ProducerId(answer.producer_id),
        ProducerEpoch(answer.producer_epoch),
    ))
}

fn below(limit: usize) -> usize {
    (random::u64() % limit as u64) as usize
}
