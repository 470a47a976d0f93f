use std::collections::{BTreeMap, BTreeSet};

use super::batch::{Batch, Control, Produced};
use super::producer_entry::{LastBatch, ProducerEntry};
use super::{Duplicate, Refusal};
use crate::model::{Offset, ProducerId, Sequence, Timestamp};

/// Producers that one partition remembers. Kafka bounds them only by time; past this the eighth
/// that wrote longest ago is forgotten at once, which costs those producers the protection
/// against duplicates and nothing else.
pub const PRODUCERS_MAX: usize = 16_384;

/// Producers of which it is known that their first batch was refused.
const REFUSED_MAX: usize = 1024;

/// The idempotent and transactional producers of one partition (`ProducerStateManager`).
///
/// [`decide`](Producers::decide) judges a batch, [`replay`](Producers::replay) is the only
/// mutator that adds, in the live log as in recovery.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Producers {
    entries: BTreeMap<ProducerId, ProducerEntry>,
    /// First offset of every open transaction.
    open: BTreeMap<Offset, ProducerId>,
    /// First offset -> marker's offset of transactions that have ended, but whose marker is not
    /// yet committed: consumers must not pass them either.
    ended: BTreeMap<Offset, Offset>,
    /// Those whose first batch was refused for a reason that passes. Any sequence will do for a
    /// producer that is unknown, since time makes them so: without this its second batch, sent
    /// before that answer came, could take the place of the first.
    refused: BTreeSet<ProducerId>,
}

/// A transaction that a marker ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndedTxn {
    pub producer: ProducerId,
    pub first: Offset,
    /// The marker's offset.
    pub last: Offset,
    pub aborted: bool,
}

impl Producers {
    /// Judges a batch of a client. `Ok(Some(..))`: one of the last five batches of this producer
    /// once more, nothing to append.
    pub fn decide(&self, batch: &Batch) -> Result<Option<Duplicate>, Refusal> {
        let Some(produced) = batch.producer else {
            return Ok(None);
        };
        let Some(entry) = self.entries.get(&produced.id) else {
            return match self.refused.contains(&produced.id) && !produced.is_first() {
                true => Err(Refusal::OutOfOrderSequence {
                    producer: produced.id,
                    first: produced.base_sequence,
                    last_known: Sequence::NONE,
                }),
                false => Ok(None),
            };
        };
        match batch.control {
            None => entry.decide_data(&produced),
            Some(control) => entry.decide_marker(&produced, control).map(|()| None),
        }
    }

    /// A batch of a client was refused, without a look at what is known, for a reason that passes.
    pub fn on_refused(&mut self, producer: ProducerId, base: Sequence) {
        if base != Sequence::ZERO || self.entries.contains_key(&producer) {
            return;
        }
        if self.refused.len() == REFUSED_MAX {
            self.refused.clear();
        }
        self.refused.insert(producer);
    }

    /// Takes in a batch that is in the log at `base`. Gives the transaction that it ends.
    pub fn replay(&mut self, batch: &Batch, base: Offset) -> Option<EndedTxn> {
        let produced = batch.producer?;
        let last = base.plus(batch.last_offset_delta.into());
        self.make_room(produced.id);
        self.refused.remove(&produced.id);
        let entry = self
            .entries
            .entry(produced.id)
            .or_insert_with(|| ProducerEntry::new(produced.epoch, batch.max_timestamp));
        let Some(control) = batch.control else {
            let opens = produced.transactional && entry.txn_first.is_none();
            entry.replay_data(&produced, batch, base);
            if opens {
                entry.txn_first = Some(base);
                self.open.insert(base, produced.id);
            }
            return None;
        };
        let Control::EndTxn(marker) = control else {
            return None;
        };
        let first =
            entry.replay_marker(&produced, marker.coordinator_epoch, batch.max_timestamp)?;
        self.open.remove(&first);
        self.ended.insert(first, last);
        Some(EndedTxn {
            producer: produced.id,
            first,
            last,
            aborted: !marker.commit,
        })
    }

    /// Where the stable part of the log would end were `high` the only other limit: the first
    /// offset of a transaction that is open, or whose marker is at or past `high`.
    pub fn last_stable(&self, high: Offset) -> Offset {
        let open = self.open.keys().next();
        let unseen = self.ended.iter().find(|(_, last)| **last >= high);
        [open, unseen.map(|(first, _)| first)]
            .into_iter()
            .flatten()
            .fold(high, |stable, &first| stable.min(first))
    }

    /// The last stable offset that an abort's index entry carries: the first offset that is still
    /// open once `ended` is over.
    pub(super) fn last_stable_after(&self, ended: &EndedTxn) -> Offset {
        let open = self.open.keys().next().copied();
        open.unwrap_or(ended.last.next())
    }

    /// The watermark moved: transactions whose markers lie below it are settled.
    pub fn on_committed(&mut self, high: Offset) {
        self.ended.retain(|_, last| *last >= high);
    }

    /// Forgets producers without an open transaction whose last batch is older than
    /// `expiration_ms`. Worth a call every few minutes
    /// (`producer.id.expiration.check.interval.ms`).
    pub fn expire(&mut self, now: Timestamp, expiration_ms: i64) {
        self.entries.retain(|_, entry| {
            let silent_ms = now.0.saturating_sub(entry.last_timestamp.0);
            entry.txn_first.is_some() || silent_ms < expiration_ms
        });
    }

    /// All producers by id: DescribeProducers, and the snapshot.
    pub fn iter(&self) -> impl Iterator<Item = (ProducerId, &ProducerEntry)> {
        self.entries.iter().map(|(&id, entry)| (id, entry))
    }

    /// The last batch of every producer: compaction leaves it, so that a start finds the producer
    /// again (`UnifiedLog.lastRecordsOfActiveProducers`).
    pub fn last_batches(&self) -> BTreeMap<ProducerId, LastBatch> {
        let last = |entry: &ProducerEntry| LastBatch {
            offset: entry.last_offset(),
            epoch: entry.epoch,
        };
        self.iter().map(|(id, entry)| (id, last(entry))).collect()
    }

    /// Forgets so many producers, those that wrote longest ago. They lose the protection against
    /// duplicates and nothing else. Open transactions stay: they hold the last stable offset.
    pub(super) fn forget_oldest(&mut self, count: usize) {
        let mut idle: Vec<(Offset, ProducerId)> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.txn_first.is_none())
            .map(|(&id, entry)| (entry.last_offset().unwrap_or_default(), id))
            .collect();
        idle.sort_unstable();
        for (_, id) in idle.iter().take(count) {
            self.entries.remove(id);
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One producer out of a snapshot.
    pub fn restore(&mut self, id: ProducerId, entry: ProducerEntry) {
        self.make_room(id);
        if let Some(first) = entry.txn_first {
            self.open.insert(first, id);
        }
        self.entries.insert(id, entry);
    }

    /// At the limit, forgets an eighth at once, so that a flood of new producers pays for the
    /// search once in many batches.
    fn make_room(&mut self, newcomer: ProducerId) {
        if self.entries.len() < PRODUCERS_MAX || self.entries.contains_key(&newcomer) {
            return;
        }
        self.forget_oldest(PRODUCERS_MAX / 8);
    }
}

impl Produced {
    /// Whether this batch follows `last` without a gap, wrapping from 2^31-1 to 0.
    pub(super) fn follows(&self, last: Sequence) -> bool {
        self.base_sequence == last.plus(1)
    }

    /// Whether it is the first of its epoch. Control batches have no order.
    fn is_first(&self) -> bool {
        matches!(self.base_sequence, Sequence::ZERO | Sequence::NONE)
    }
}
