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
    /// When it was made; `None` for when it is sent.
    pub timestamp: Option<Timestamp>,
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
    /// How often it has reached a broker.
    pub attempts: u32,
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
        self.settings.idempotence && self.identity.is_none() && !self.is_empty()
    }

    /// When the first of the batches that wait for a producer id is too old to be sent.
    pub fn next_expiry(&self) -> Option<Instant> {
        let waiting = self.queues.values().filter(|queue| queue.is_idle());
        let first = waiting.filter_map(|queue| queue.filling.front());
        let since = first.map(|open| open.since).min()?;
        Some(since.plus(self.settings.delivery_timeout))
    }

    /// Takes the batches that have waited too long for a producer id, with how many records each
    /// has and since when; they were never sent, so that the numbering has no hole.
    pub fn take_expired(&mut self, now: Instant) -> Vec<(i32, i32, Instant)> {
        let mut expired = Vec::new();
        let timeout = self.settings.delivery_timeout;
        for (&partition, queue) in &mut self.queues {
            let is_old = |open: &mut Filling| open.since.plus(timeout) <= now;
            while queue.is_idle()
                && let Some(open) = queue.filling.pop_front_if(is_old)
            {
                self.buffered -= open.buffered;
                expired.push((partition, open.builder.count(), open.since));
            }
        }
        expired
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
                timestamp,
            } = *entry;
            open.builder.push(
                timestamp.unwrap_or(at.1),
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
    /// Nothing of it is on its way, or is to go again.
    fn is_idle(&self) -> bool {
        !self.in_flight && self.again.is_none()
    }

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
            attempts: 0,
            buffered,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Accumulator, Batch, Entry};
    use crate::client::ProduceSettings;
    use crate::model::{Instant, ProducerEpoch, ProducerId, Timestamp};
    use crate::records::BatchView;

    const LINGER: Duration = Duration::from_millis(5);

    fn accumulator() -> Accumulator {
        let mut accumulator = Accumulator::new(ProduceSettings {
            batch_bytes: 200,
            linger: LINGER,
            ..ProduceSettings::default()
        });
        accumulator.on_identity((ProducerId(9), ProducerEpoch(0)));
        accumulator
    }

    fn at(millis: u64) -> Instant {
        Instant::ZERO.plus(Duration::from_millis(millis))
    }

    fn push(accumulator: &mut Accumulator, partition: i32, bytes: usize) -> bool {
        let value = vec![b'x'; bytes];
        let entry = Entry {
            value: Some(&value),
            ..Entry::default()
        };
        accumulator.push(partition, &entry, (at(0), Timestamp(0)))
    }

    fn sequence(batch: &Batch) -> (i64, i32) {
        let view = BatchView::parse(&batch.bytes).unwrap();
        (view.producer_id().0, view.base_sequence().0)
    }

    #[test]
    fn a_batch_goes_when_it_is_full_or_has_waited() {
        let mut accumulator = accumulator();
        assert!(push(&mut accumulator, 0, 10), "it begins");
        assert!(!push(&mut accumulator, 0, 10), "it waits for more");
        assert_eq!(accumulator.next_deadline(), Some(at(5)));
        assert!(accumulator.take_ready(at(4), false).is_empty());
        assert_eq!(accumulator.take_ready(at(5), false)[0].count, 2);
        push(&mut accumulator, 1, 100);
        assert!(push(&mut accumulator, 1, 100), "the first is full");
        let ready = accumulator.take_ready(at(0), false);
        assert_eq!((ready.len(), ready[0].count), (1, 1));
    }

    #[test]
    fn one_batch_a_partition_is_in_flight_and_a_retry_sends_the_same_bytes() {
        let mut accumulator = accumulator();
        push(&mut accumulator, 0, 150);
        push(&mut accumulator, 0, 150);
        let first = accumulator.take_ready(at(9), true).remove(0);
        assert!(accumulator.take_ready(at(9), true).is_empty());
        accumulator.on_retry(first.clone(), at(20));
        assert!(accumulator.take_ready(at(19), true).is_empty());
        let again = accumulator.take_ready(at(20), true).remove(0);
        assert_eq!(again.bytes, first.bytes);
        accumulator.on_done(&again, true);
        let second = accumulator.take_ready(at(20), true).remove(0);
        assert_eq!((sequence(&first), sequence(&second)), ((9, 0), (9, 1)));
        accumulator.on_done(&second, true);
        assert!(accumulator.is_empty());
    }

    #[test]
    fn what_waits_too_long_for_a_producer_id_is_given_up_from_the_front() {
        let mut accumulator = Accumulator::new(ProduceSettings {
            delivery_timeout: Duration::from_millis(100),
            idempotence: true,
            ..ProduceSettings::default()
        });
        assert!(!accumulator.wants_identity(), "nobody waits for one");
        assert_eq!(accumulator.next_expiry(), None);
        push(&mut accumulator, 3, 10);
        push(&mut accumulator, 3, 10);
        assert!(accumulator.wants_identity());
        assert_eq!(accumulator.next_expiry(), Some(at(100)));
        assert!(accumulator.take_expired(at(99)).is_empty());
        assert_eq!(accumulator.take_expired(at(100)), [(3, 2, at(0))]);
        assert!(accumulator.is_empty() && !accumulator.wants_identity());
    }

    #[test]
    fn after_a_failure_numbering_starts_anew_under_another_id() {
        let mut accumulator = accumulator();
        push(&mut accumulator, 0, 150);
        push(&mut accumulator, 0, 150);
        let lost = accumulator.take_ready(at(9), true).remove(0);
        accumulator.on_done(&lost, false);
        assert!(accumulator.wants_identity());
        assert!(accumulator.take_ready(at(9), true).is_empty());
        accumulator.on_identity((ProducerId(10), ProducerEpoch(0)));
        let next = accumulator.take_ready(at(9), true).remove(0);
        assert_eq!(sequence(&next), (10, 0));
    }
}
