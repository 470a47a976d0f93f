use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::{ClientFault, ProduceSettings};
use crate::model::{Instant, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::records::{BatchBuilder, NewRecord, RecordHeader};

/// A record to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [RecordHeader<'a>],
}

impl Entry<'_> {
    /// Bytes that it brings into a batch, about: content, lengths and deltas.
    pub fn size(&self) -> usize {
        const FIXED: usize = 21;
        const PER_HEADER: usize = 10;
        let len = |content: Option<&[u8]>| content.map_or(0, <[u8]>::len);
        let header = |header: &RecordHeader<'_>| header.key.len() + len(header.value) + PER_HEADER;
        let headers: usize = self.headers.iter().map(header).sum();
        FIXED + len(self.key) + len(self.value) + headers
    }
}

/// What became of one batch.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub partition: i32,
    /// Records in the batch.
    pub count: i32,
    /// When its first record was given to `send`.
    pub since: Instant,
    /// Offset of its first record; -1 without acknowledgement.
    pub result: Result<Offset, ClientFault>,
}

/// A batch on its way, sealed: a retry sends the same bytes.
#[derive(Clone, Debug)]
pub struct Batch {
    pub partition: i32,
    pub count: i32,
    pub bytes: Bytes,
    pub since: Instant,
    /// What it counts for in `buffer.memory`.
    buffered: usize,
}

/// Who the producer is, for idempotence.
pub type Identity = (ProducerId, ProducerEpoch);

#[derive(Debug, Default)]
struct Queue {
    filling: VecDeque<Filling>,
    in_flight: bool,
    /// A batch to be sent again, and not before when.
    again: Option<(Batch, Instant)>,
    identity: Option<Identity>,
    next_sequence: i32,
}

/// A batch that still takes records if it is the last of its queue.
#[derive(Debug)]
struct Filling {
    builder: BatchBuilder,
    since: Instant,
    buffered: usize,
}

/// The records of a producer that are not acknowledged yet: one queue a partition, of which one
/// batch at a time is in flight. Pure: told of records, times and outcomes.
#[derive(Debug)]
pub struct Accumulator {
    settings: ProduceSettings,
    queues: BTreeMap<i32, Queue>,
    identity: Option<Identity>,
    buffered: usize,
}

impl Accumulator {
    pub fn new(settings: ProduceSettings) -> Accumulator {
        Accumulator {
            settings,
            queues: BTreeMap::new(),
            identity: None,
            buffered: 0,
        }
    }

    /// Bytes of records that wait for acknowledgement.
    pub fn buffered(&self) -> usize {
        self.buffered
    }

    pub fn is_empty(&self) -> bool {
        self.buffered == 0
    }

    /// Whether batches wait for a producer id.
    pub fn wants_identity(&self) -> bool {
        self.settings.idempotence && self.identity.is_none()
    }

    /// A producer id has been given out. Queues that have one keep it.
    pub fn on_identity(&mut self, identity: Identity) {
        self.identity = Some(identity);
    }

    /// Appends a record. True when a batch began or became full: the sender should look.
    pub fn push(&mut self, partition: i32, entry: &Entry<'_>, at: (Instant, Timestamp)) -> bool {
        let size = entry.size();
        let limit = self.settings.batch_bytes;
        let queue = self.queues.entry(partition).or_default();
        let fits = |open: &Filling| open.builder.size() + size <= limit;
        let begins = !queue.filling.back().is_some_and(fits);
        if begins {
            let builder =
                BatchBuilder::with_capacity(limit.max(size)).compression(self.settings.compression);
            queue.filling.push_back(Filling {
                builder,
                since: at.0,
                buffered: 0,
            });
        }
        if let Some(open) = queue.filling.back_mut() {
            let Entry {
                key,
                value,
                headers,
            } = *entry;
            open.builder.push(
                at.1,
                &NewRecord {
                    key,
                    value,
                    headers,
                },
            );
            open.buffered += size;
        }
        self.buffered += size;
        begins || queue.filling.back().is_some_and(|open| !fits(open))
    }

    /// The batches to send now, one a partition; all that there are when `flush` is set.
    pub fn take_ready(&mut self, now: Instant, flush: bool) -> Vec<Batch> {
        let mut ready = Vec::new();
        for (&partition, queue) in &mut self.queues {
            let due = queue.due(&self.settings, flush);
            if queue.in_flight || due.is_none_or(|due| due > now) {
                continue;
            }
            let batch = match queue.again.take() {
                Some((batch, _)) => Some(batch),
                None => queue.seal(partition, &self.settings, self.identity),
            };
            queue.in_flight = batch.is_some();
            ready.extend(batch);
        }
        ready
    }

    /// When [`Accumulator::take_ready`] will next have something, unless records come before.
    pub fn next_deadline(&self) -> Option<Instant> {
        let idle = self.queues.values().filter(|queue| !queue.in_flight);
        idle.filter_map(|queue| queue.due(&self.settings, false))
            .min()
    }

    /// The batch is stored, or never will be. After a failure the numbering of its partition has
    /// a hole, which only a new producer id can hide (KIP-360).
    pub fn on_done(&mut self, batch: &Batch, stored: bool) {
        self.buffered -= batch.buffered;
        let queue = self.queues.entry(batch.partition).or_default();
        queue.in_flight = false;
        if !stored && queue.identity.is_some() {
            if queue.identity == self.identity {
                self.identity = None;
            }
            queue.identity = None;
        }
    }

    /// The batch goes again, not before `at`.
    pub fn on_retry(&mut self, batch: Batch, at: Instant) {
        let queue = self.queues.entry(batch.partition).or_default();
        queue.in_flight = false;
        queue.again = Some((batch, at));
    }
}

impl Queue {
    /// When its first batch is to be sent.
    fn due(&self, settings: &ProduceSettings, flush: bool) -> Option<Instant> {
        if let Some((_, at)) = &self.again {
            return Some(*at);
        }
        let first = self.filling.front()?;
        let is_full = self.filling.len() > 1 || first.builder.size() >= settings.batch_bytes;
        match is_full || flush {
            true => Some(Instant::ZERO),
            false => Some(first.since.plus(settings.linger)),
        }
    }

    /// Closes the first batch; `None` while an idempotent one waits for an identity.
    fn seal(
        &mut self,
        partition: i32,
        settings: &ProduceSettings,
        current: Option<Identity>,
    ) -> Option<Batch> {
        if settings.idempotence && self.identity.is_none() {
            self.identity = Some(current?);
            self.next_sequence = 0;
        }
        let Filling {
            mut builder,
            since,
            buffered,
        } = self.filling.pop_front()?;
        let count = builder.count();
        if let Some((id, epoch)) = self.identity {
            let sequence = Sequence(self.next_sequence);
            builder = builder.producer(id, epoch, sequence);
            self.next_sequence = sequence.plus(count).0;
        }
        let bytes = Bytes::from(builder.finish());
        Some(Batch {
            partition,
            count,
            bytes,
            since,
            buffered,
        })
    }
}
