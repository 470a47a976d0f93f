use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::accumulate::{Accumulator, Batch, Entry, Outcome};
use super::bell::{Bell, Ticket};
use super::partition::{Sticky, partition_of_key};
use super::retry::persist;
use super::{Acks, ClientFault, Cluster, Connection, ProduceSettings};
use crate::io::{clock, random, task};
use crate::model::{ErrorCode, NodeId, Offset, ProducerEpoch, ProducerId, Uuid};
use crate::wire::api::{init_producer_id, produce};
use crate::wire::{ApiKey, Records, Text};

/// How long a sender that has nothing to do sleeps at most.
const IDLE: Duration = Duration::from_secs(60);

/// Sends records to one topic. Dropping it without [`Producer::close`] loses what is not sent.
pub struct Producer {
    inner: Rc<Inner>,
    sticky: Cell<Sticky>,
    sender: Cell<Option<task::Task<()>>>,
}

type OnDone = Box<dyn FnMut(Outcome)>;

struct Inner {
    cluster: Rc<Cluster>,
    topic: String,
    topic_id: Uuid,
    partitions: u32,
    settings: ProduceSettings,
    accumulator: RefCell<Accumulator>,
    on_done: RefCell<OnDone>,
    /// Rung when the sender has something to look at.
    work: Bell,
    /// Rung when batches are done.
    done: Bell,
    flushing: Cell<bool>,
    closing: Cell<bool>,
    /// The last fault that is being waited out.
    trouble: RefCell<Option<ClientFault>>,
}

impl Producer {
    /// Finds the topic, which brokers may create by themselves, and starts the sender. `on_done`
    /// is told what became of each batch, from within the executor's turn.
    pub async fn start(
        cluster: Rc<Cluster>,
        topic: &str,
        mut settings: ProduceSettings,
        on_done: impl FnMut(Outcome) + 'static,
    ) -> Result<Producer, ClientFault> {
        settings.idempotence &= settings.acks == Acks::All;
        let found = cluster.await_topic(topic, true).await?;
        let partitions = u32::try_from(found.partitions.len()).unwrap_or(u32::MAX);
        let inner = Rc::new(Inner {
            cluster,
            topic: topic.to_owned(),
            topic_id: found.id,
            partitions,
            accumulator: RefCell::new(Accumulator::new(settings.clone())),
            settings,
            on_done: RefCell::new(Box::new(on_done)),
            work: Bell::default(),
            done: Bell::default(),
            flushing: Cell::new(false),
            closing: Cell::new(false),
            trouble: RefCell::default(),
        });
        if inner.settings.idempotence {
            inner.identify().await?;
        }
        let sender = Cell::new(Some(task::spawn(inner.clone().send_all())));
        let sticky = Cell::new(Sticky::new(random::u64(), partitions));
        Ok(Producer {
            inner,
            sticky,
            sender,
        })
    }

    /// Partitions of the topic, counted from 0.
    pub fn partitions(&self) -> u32 {
        self.inner.partitions
    }

    /// Why nothing has been stored of late: the last fault that is being waited out. `None` once
    /// a leader has stored again.
    pub fn trouble(&self) -> Option<ClientFault> {
        self.inner.trouble.borrow().clone()
    }

    /// Queues a record, to the partition of its key. Waits while `buffer.memory` is full.
    pub async fn send(&self, entry: &Entry<'_>) -> Result<(), ClientFault> {
        let partition = match entry.key {
            Some(key) => partition_of_key(key, self.inner.partitions),
            None => self.next_sticky(entry.size()),
        };
        self.send_to(partition, entry).await
    }

    /// Queues a record for a partition of the caller's choice.
    pub async fn send_to(&self, partition: i32, entry: &Entry<'_>) -> Result<(), ClientFault> {
        let inner = &self.inner;
        let (size, max) = (entry.size(), inner.settings.request_bytes_max);
        if size > max {
            return Err(ClientFault::RecordTooLarge { size, max });
        }
        loop {
            let ticket = inner.done.ticket();
            let buffered = inner.accumulator.borrow().buffered();
            if buffered == 0 || buffered + size <= inner.settings.buffer_bytes_max {
                break;
            }
            wait(ticket).await;
        }
        let at = (clock::now(), clock::wall());
        let mut accumulator = inner.accumulator.borrow_mut();
        if accumulator.push(partition, entry, at) {
            inner.work.ring();
        }
        Ok(())
    }

    /// Sends all that is queued without further delay, and waits for every outcome.
    pub async fn flush(&self) {
        self.inner.flushing.set(true);
        self.inner.work.ring();
        loop {
            let ticket = self.inner.done.ticket();
            if self.inner.accumulator.borrow().is_empty() {
                break;
            }
            wait(ticket).await;
        }
        self.inner.flushing.set(false);
    }

    /// Flushes and ends the sender; nothing can be sent any more.
    pub async fn close(&self) {
        self.flush().await;
        self.inner.closing.set(true);
        self.inner.work.ring();
        if let Some(sender) = self.sender.take() {
            sender.await;
        }
    }

    fn next_sticky(&self, size: usize) -> i32 {
        let mut sticky = self.sticky.get();
        let limit = self.inner.settings.batch_bytes;
        let partition = sticky.next(size, limit, random::u64(), self.inner.partitions);
        self.sticky.set(sticky);
        partition
    }
}

/// A bell that is gone means the same as one that rang: look again.
async fn wait(ticket: Ticket) {
    let _ = ticket.await;
}

impl Inner {
    async fn send_all(self: Rc<Self>) {
        while !self.closing.get() {
            let ticket = self.work.ticket();
            if self.accumulator.borrow().wants_identity() {
                self.identify_in_time().await;
            }
            let now = clock::now();
            let flush = self.flushing.get();
            let ready = self.accumulator.borrow_mut().take_ready(now, flush);
            for (leader, batches) in self.by_leader(ready).await {
                task::spawn(self.clone().deliver(leader, batches)).detach();
            }
            let deadline = self.accumulator.borrow().next_deadline();
            let pause = deadline.map_or(IDLE, |at| at.since(clock::now()));
            // Both ends of this wait mean: look again.
            let _ = clock::timeout(pause, ticket).await;
        }
    }

    /// Gets a producer id, or gives up what has waited for one longer than `delivery.timeout.ms`.
    async fn identify_in_time(&self) {
        let expiry = self.accumulator.borrow().next_expiry();
        let left = expiry.map_or(IDLE, |at| at.since(clock::now()));
        match clock::timeout(left, self.identify()).await {
            Ok(Ok(())) => return,
            Ok(Err(fault)) => *self.trouble.borrow_mut() = Some(fault),
            Err(_) => {}
        }
        let expired = self.accumulator.borrow_mut().take_expired(clock::now());
        let fault = self
            .trouble
            .borrow()
            .clone()
            .unwrap_or(ClientFault::TimedOut {
                key: ApiKey::InitProducerId,
                after: self.settings.delivery_timeout,
            });
        for (partition, count, since) in expired {
            (self.on_done.borrow_mut())(Outcome {
                partition,
                count,
                since,
                result: Err(fault.clone()),
            });
        }
        self.done.ring();
    }

    /// Gets a producer id (InitProducerId without a transactional id).
    async fn identify(&self) -> Result<(), ClientFault> {
        let request = init_producer_id::Request {
            transactional_id: None,
            transaction_timeout_ms: i32::MAX,
            ..init_producer_id::Request::default()
        };
        let identity = persist(self.cluster.settings(), async || {
            let answer = self.cluster.any().await?.call(&request).await?;
            let answer: init_producer_id::Response<'_> = answer.read()?;
            ClientFault::check(answer.error_code, None)?;
            Ok((
                ProducerId(answer.producer_id),
                ProducerEpoch(answer.producer_epoch),
            ))
        });
        let identity = identity.await?;
        self.accumulator.borrow_mut().on_identity(identity);
        Ok(())
    }

    /// Groups batches by leader, in requests of at most `max.request.size`. Batches whose leader
    /// is not known go again later.
    async fn by_leader(&self, batches: Vec<Batch>) -> Vec<(NodeId, Vec<Batch>)> {
        let mut open: BTreeMap<NodeId, (usize, Vec<Batch>)> = BTreeMap::new();
        let mut requests = Vec::new();
        for batch in batches {
            let leader = match self.cluster.leader(&self.topic, batch.partition).await {
                Ok(leader) => leader,
                Err(fault) => {
                    self.settle(batch, Err(fault));
                    continue;
                }
            };
            let (bytes, group) = open.entry(leader).or_default();
            if *bytes + batch.bytes.len() > self.settings.request_bytes_max && !group.is_empty() {
                requests.push((leader, std::mem::take(group)));
                *bytes = 0;
            }
            *bytes += batch.bytes.len();
            group.push(batch);
        }
        requests.extend(open.into_iter().map(|(leader, (_, group))| (leader, group)));
        requests
    }

    async fn deliver(self: Rc<Self>, leader: NodeId, mut batches: Vec<Batch>) {
        let connected = self.cluster.broker(leader).await;
        let answered = match connected {
            Ok(connection) => {
                batches.iter_mut().for_each(|batch| batch.attempts += 1);
                self.request(&connection, &batches).await
            }
            Err(fault) => Err(fault),
        };
        match answered {
            Ok(mut offsets) => {
                for batch in batches {
                    let missing = || ClientFault::Missing(format!("partition {}", batch.partition));
                    let result = offsets.remove(&batch.partition);
                    let result = result.unwrap_or_else(|| Err(missing()));
                    self.settle(batch, result);
                }
            }
            Err(fault) => {
                for batch in batches {
                    self.settle(batch, Err(fault.clone()));
                }
            }
        }
        self.done.ring();
        self.work.ring();
    }

    async fn request(
        &self,
        connection: &Connection,
        batches: &[Batch],
    ) -> Result<BTreeMap<i32, Result<Offset, ClientFault>>, ClientFault> {
        let payloads: Vec<_> = batches
            .iter()
            .map(|batch| batch.bytes.clone().into())
            .collect();
        let request = self.compose(batches);
        if self.settings.acks == Acks::None {
            connection.send_with(&request, &payloads).await?;
            let unknown = Ok(Offset(-1));
            return Ok(batches
                .iter()
                .map(|batch| (batch.partition, unknown.clone()))
                .collect());
        }
        let answer = connection.call_with(&request, &payloads).await?;
        let answer: produce::Response<'_> = answer.read()?;
        let partitions = answer
            .responses
            .iter()
            .flat_map(|topic| &topic.partition_responses);
        Ok(partitions
            .map(|partition| (partition.index, stored(partition)))
            .collect())
    }

    fn compose(&self, batches: &[Batch]) -> produce::Request<'static> {
        let partition = |(index, batch): (usize, &Batch)| produce::PartitionProduceData {
            index: batch.partition,
            records: Some(Records::Spliced {
                index,
                len: batch.bytes.len(),
            }),
            ..produce::PartitionProduceData::default()
        };
        let topic = produce::TopicProduceData {
            name: Text::Owned(self.topic.clone()),
            topic_id: self.topic_id,
            partition_data: batches.iter().enumerate().map(partition).collect(),
            ..produce::TopicProduceData::default()
        };
        let timeout = self.cluster.settings().request_timeout.as_millis();
        produce::Request {
            acks: self.settings.acks.number(),
            timeout_ms: i32::try_from(timeout).unwrap_or(i32::MAX),
            topic_data: vec![topic],
            ..produce::Request::default()
        }
    }

    /// One batch has its outcome, or goes again.
    fn settle(&self, batch: Batch, result: Result<Offset, ClientFault>) {
        let now = clock::now();
        let in_time = now.since(batch.since) < self.settings.delivery_timeout;
        if let Err(fault) = &result
            && fault.is_retriable()
            && in_time
            && batch.attempts <= self.settings.retries_max
        {
            *self.trouble.borrow_mut() = Some(fault.clone());
            self.cluster.forget(&self.topic);
            let at = now.plus(self.cluster.settings().backoff_first);
            self.accumulator.borrow_mut().on_retry(batch, at);
            return;
        }
        let stored = result.is_ok();
        if stored {
            *self.trouble.borrow_mut() = None;
        }
        self.accumulator.borrow_mut().on_done(&batch, stored);
        let Batch {
            partition,
            count,
            since,
            ..
        } = batch;
        (self.on_done.borrow_mut())(Outcome {
            partition,
            count,
            since,
            result,
        });
        self.done.ring();
    }
}

/// A duplicate was stored by an earlier attempt.
fn stored(answer: &produce::PartitionProduceResponse<'_>) -> Result<Offset, ClientFault> {
    if answer.error_code == ErrorCode::DuplicateSequenceNumber.code() {
        return Ok(Offset(answer.base_offset));
    }
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    Ok(Offset(answer.base_offset))
}
