use super::batch::{Batch, Control, Produced};
use super::{Duplicate, Refusal};
use crate::model::{Offset, ProducerEpoch, Sequence, Timestamp};

/// Batches remembered per producer; clients keep at most five in flight
/// (`max.in.flight.requests.per.connection`).
pub const BATCHES_REMEMBERED: usize = 5;

/// What a partition knows of one producer (`ProducerStateEntry`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerEntry {
    pub epoch: ProducerEpoch,
    /// -1 until a marker came.
    pub coordinator_epoch: i32,
    /// Max timestamp of the last batch or marker; what expiry counts from.
    pub last_timestamp: Timestamp,
    /// First offset of the open transaction.
    pub txn_first: Option<Offset>,
    /// Oldest first, all of `epoch`; the first `len` count.
    batches: [BatchRange; BATCHES_REMEMBERED],
    len: u8,
}

/// One remembered batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchRange {
    pub last_sequence: Sequence,
    pub last_offset: Offset,
    /// Last minus first offset, and so last minus first sequence.
    pub offset_delta: i32,
    pub timestamp: Timestamp,
}

/// By which batch of the log a producer is known to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastBatch {
    /// The last offset of its last data batch; `None` when only markers came since its epoch
    /// began.
    pub offset: Option<Offset>,
    pub epoch: ProducerEpoch,
}

impl BatchRange {
    pub(super) const NONE: BatchRange = BatchRange {
        last_sequence: Sequence::NONE,
        last_offset: Offset(-1),
        offset_delta: 0,
        timestamp: Timestamp::NONE,
    };

    pub fn first_sequence(&self) -> Sequence {
        self.last_sequence.plus(self.offset_delta.saturating_neg())
    }

    pub fn first_offset(&self) -> Offset {
        self.last_offset.plus(-i64::from(self.offset_delta))
    }
}

impl ProducerEntry {
    pub(super) fn new(epoch: ProducerEpoch, timestamp: Timestamp) -> ProducerEntry {
        ProducerEntry {
            epoch,
            coordinator_epoch: -1,
            last_timestamp: timestamp,
            txn_first: None,
            batches: [BatchRange::NONE; BATCHES_REMEMBERED],
            len: 0,
        }
    }

    /// The remembered batches, oldest first.
    pub fn batches(&self) -> &[BatchRange] {
        &self.batches[..usize::from(self.len)]
    }

    /// [`Sequence::NONE`] when only markers came since the epoch began.
    pub fn last_sequence(&self) -> Sequence {
        self.batches()
            .last()
            .map_or(Sequence::NONE, |b| b.last_sequence)
    }

    pub fn last_offset(&self) -> Option<Offset> {
        self.batches().last().map(|batch| batch.last_offset)
    }

    /// Judges a data batch (`ProducerAppendInfo.maybeValidateDataBatch`).
    pub(super) fn decide_data(&self, produced: &Produced) -> Result<Option<Duplicate>, Refusal> {
        if let Some(known) = self.find(produced) {
            return Ok(Some(Duplicate {
                base_offset: known.first_offset(),
                last_offset: known.last_offset,
                timestamp: known.timestamp,
            }));
        }
        self.check_epoch(produced)?;
        let last_known = self.last_sequence();
        let in_order = if produced.epoch == self.epoch {
            produced.follows(last_known)
        } else {
            produced.base_sequence == Sequence::ZERO
        };
        if !in_order {
            return Err(Refusal::OutOfOrderSequence {
                producer: produced.id,
                first: produced.base_sequence,
                last_known,
            });
        }
        if self.txn_first.is_some() && !produced.transactional {
            return Err(Refusal::TransactionOpen {
                producer: produced.id,
            });
        }
        Ok(None)
    }

    /// Judges a transaction marker: neither the producer's nor the coordinator's epoch may go
    /// back.
    pub(super) fn decide_marker(
        &self,
        produced: &Produced,
        control: Control,
    ) -> Result<(), Refusal> {
        self.check_epoch(produced)?;
        match control {
            Control::EndTxn(marker) if marker.coordinator_epoch < self.coordinator_epoch => {
                Err(Refusal::CoordinatorFenced {
                    producer: produced.id,
                    epoch: marker.coordinator_epoch,
                    current: self.coordinator_epoch,
                })
            }
            _ => Ok(()),
        }
    }

    fn check_epoch(&self, produced: &Produced) -> Result<(), Refusal> {
        if produced.epoch < self.epoch {
            return Err(Refusal::InvalidProducerEpoch {
                producer: produced.id,
                epoch: produced.epoch,
                current: self.epoch,
            });
        }
        Ok(())
    }

    /// The remembered batch with the same epoch and the same first and last sequence.
    fn find(&self, produced: &Produced) -> Option<&BatchRange> {
        let same = |batch: &&BatchRange| {
            batch.last_sequence == produced.last_sequence
                && batch.first_sequence() == produced.base_sequence
        };
        self.batches()
            .iter()
            .filter(|_| produced.epoch == self.epoch)
            .find(same)
    }

    pub(super) fn replay_data(&mut self, produced: &Produced, batch: &Batch, base: Offset) {
        self.enter_epoch(produced.epoch);
        self.last_timestamp = batch.max_timestamp;
        self.remember(BatchRange {
            last_sequence: produced.last_sequence,
            last_offset: base.plus(batch.last_offset_delta.into()),
            offset_delta: batch.last_offset_delta,
            timestamp: batch.max_timestamp,
        });
    }

    /// Ends the open transaction, whose first offset is returned.
    pub(super) fn replay_marker(
        &mut self,
        produced: &Produced,
        coordinator_epoch: i32,
        timestamp: Timestamp,
    ) -> Option<Offset> {
        self.enter_epoch(produced.epoch);
        self.coordinator_epoch = coordinator_epoch;
        self.last_timestamp = timestamp;
        self.txn_first.take()
    }

    fn enter_epoch(&mut self, epoch: ProducerEpoch) {
        if epoch != self.epoch {
            self.epoch = epoch;
            self.len = 0;
            self.batches = [BatchRange::NONE; BATCHES_REMEMBERED];
        }
    }

    pub(super) fn remember(&mut self, batch: BatchRange) {
        let at = usize::from(self.len);
        if at == BATCHES_REMEMBERED {
            self.batches.rotate_left(1);
            self.batches[at - 1] = batch;
        } else {
            self.batches[at] = batch;
            self.len += 1;
        }
    }
}
