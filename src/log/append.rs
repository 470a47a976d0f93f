use super::batch::{Batch, Control};
use super::partition_log::Written;
use super::txn_index::AbortedTxn;
use super::{Log, Refusal, Segment, snapshot};
use crate::model::{LeaderEpoch, Offset, Timestamp};
use crate::records::Facts;

/// What became of a batch that was offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Append {
    /// It has its place in the log.
    Staged(Appended),
    /// It is there already; nothing changed.
    Duplicate(Duplicate),
}

/// The place of an appended batch. The shell does, in this order: what `rolled` asks; stamp the
/// batch with `base_offset` and the leader epoch; write it at `position` of the segment's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appended {
    pub base_offset: Offset,
    pub last_offset: Offset,
    /// Base offset of its segment.
    pub segment: Offset,
    /// Byte position in that segment's file.
    pub position: u32,
    /// The segment before it closed.
    pub rolled: Option<Box<Rolled>>,
    /// The leader-epoch checkpoint changed.
    pub new_epoch: bool,
}

/// A batch of an idempotent producer that the log already holds. It may not be durable yet: the
/// answer waits until the watermark passes `last_offset`, as the first one's did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duplicate {
    pub base_offset: Offset,
    pub last_offset: Offset,
    /// Max timestamp of the batch; Kafka answers it as the log append time.
    pub timestamp: Timestamp,
}

/// A segment has closed and the next one has begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rolled {
    /// Base of the closed segment. Trim its file to `closed_bytes` once all is written, then
    /// write its index files.
    pub closed: Offset,
    pub closed_bytes: u32,
    /// Base of the new active segment.
    pub opened: Offset,
    /// Content of `<opened>.snapshot`: the producers before the new segment.
    pub snapshot: Vec<u8>,
}

impl Log {
    /// Gives a checked batch of a client its place, or says why not. Nothing changes when it is
    /// refused or a duplicate.
    pub fn append(
        &mut self,
        facts: &Facts,
        epoch: LeaderEpoch,
        now: Timestamp,
    ) -> Result<Append, Refusal> {
        self.append_batch(&Batch::of(facts), epoch, now)
    }

    /// Appends a control batch that this broker made: a transaction marker, or what the quorum
    /// writes.
    pub fn append_control(
        &mut self,
        facts: &Facts,
        control: Control,
        epoch: LeaderEpoch,
        now: Timestamp,
    ) -> Result<Append, Refusal> {
        self.append_batch(&Batch::of(facts).with_control(control), epoch, now)
    }

    /// Closes the active segment although it is not full; `None` when it is empty.
    pub fn roll(&mut self, now: Timestamp) -> Option<Box<Rolled>> {
        (self.active().bytes() > 0).then(|| self.roll_at(self.staged_end(), now))
    }

    fn append_batch(
        &mut self,
        batch: &Batch,
        epoch: LeaderEpoch,
        now: Timestamp,
    ) -> Result<Append, Refusal> {
        let base = self.staged_end();
        self.check_room(batch, base)?;
        if let Some(duplicate) = self.producers.decide(batch)? {
            return Ok(Append::Duplicate(duplicate));
        }
        let must_roll = self.active().must_roll(batch, base, &self.policy, now);
        let rolled = must_roll.then(|| self.roll_at(base, now));
        let position = self.take_in(batch, base);
        self.follow(batch, base);
        let segment = self.active();
        self.in_flight.push_back(Written {
            end: segment.end(),
            segment: segment.base(),
            bytes: segment.bytes(),
        });
        Ok(Append::Staged(Appended {
            base_offset: base,
            last_offset: self.staged_end().plus(-1),
            segment: self.active().base(),
            position,
            rolled,
            new_epoch: self.epochs.assign(epoch, base),
        }))
    }

    fn check_room(&self, batch: &Batch, base: Offset) -> Result<(), Refusal> {
        if batch.bytes > self.policy.segment_bytes {
            return Err(Refusal::LargerThanSegment {
                bytes: batch.bytes,
                segment_bytes: self.policy.segment_bytes,
            });
        }
        let count = i64::from(batch.last_offset_delta) + 1;
        match base.0.checked_add(count) {
            Some(_) => Ok(()),
            None => Err(Refusal::OffsetsExhausted),
        }
    }

    /// Notes a batch that lies at `base` in the active segment; gives its byte position. Live
    /// appends and recovery alike come through here and through [`Log::follow`].
    pub(super) fn take_in(&mut self, batch: &Batch, base: Offset) -> u32 {
        let interval_bytes = self.policy.index_interval_bytes;
        self.active_mut().push(batch, base, interval_bytes)
    }

    /// Notes what the batch at `base`, the last one of the log, says of its producer.
    pub(super) fn follow(&mut self, batch: &Batch, base: Offset) {
        let Some(ended) = self.producers.replay(batch, base) else {
            return;
        };
        if ended.aborted {
            let entry = AbortedTxn {
                producer: ended.producer,
                first: ended.first,
                last: ended.last,
                last_stable: self.producers.last_stable_after(&ended),
            };
            self.active_mut().push_aborted(entry);
        }
    }

    fn roll_at(&mut self, base: Offset, now: Timestamp) -> Box<Rolled> {
        let closing = self.active_mut();
        closing.seal();
        closing.shrink();
        let rolled = Rolled {
            closed: closing.base(),
            closed_bytes: closing.bytes(),
            opened: base,
            snapshot: snapshot::encode(self.producers.iter()),
        };
        assert!(rolled.closed < base, "two segments at {base}");
        self.segments.push_back(Segment::new(base, now));
        Box::new(rolled)
    }
}
