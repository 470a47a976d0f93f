use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::SourceFault;
use crate::log::AbortedTxn;
use crate::model::{Offset, ProducerId};
use crate::records::{BatchView, ControlKind};

/// What is known of transactions while the log is walked from its begin: which batches were
/// aborted, and whether a marker still has data before it (`CleanedTransactionMetadata`).
#[derive(Clone, Debug)]
pub(super) struct Markers {
    /// Not reached yet, by first offset.
    coming: VecDeque<AbortedTxn>,
    aborting: BTreeMap<ProducerId, Aborting>,
    /// Producers of which a batch was met that was not aborted.
    committing: BTreeSet<ProducerId>,
}

#[derive(Clone, Copy, Debug)]
struct Aborting {
    txn: AbortedTxn,
    has_data: bool,
}

/// What a marker says once all before it was walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Marker {
    /// Data of its transaction is still there, or it ends none: it stays.
    Needed,
    /// As before, and it aborts: the new segment's index keeps naming the transaction.
    Aborts(AbortedTxn),
    /// Nothing of its transaction is left: it goes once its delete horizon has passed.
    Idle,
}

impl Markers {
    /// `aborted` are the transactions that overlap what will be walked, in any order.
    pub fn new(mut aborted: Vec<AbortedTxn>) -> Markers {
        aborted.sort_unstable_by_key(|txn| txn.first);
        Markers {
            coming: aborted.into(),
            aborting: BTreeMap::new(),
            committing: BTreeSet::new(),
        }
    }

    /// A data batch; says whether its transaction was aborted.
    pub fn on_data(&mut self, batch: &BatchView<'_>) -> bool {
        self.reach(batch);
        if !batch.is_transactional() {
            return false;
        }
        match self.aborting.get_mut(&batch.producer_id()) {
            Some(aborting) => {
                aborting.has_data = true;
                true
            }
            None => {
                self.committing.insert(batch.producer_id());
                false
            }
        }
    }

    /// A control batch. One that compaction has emptied says nothing any more.
    pub fn on_control(&mut self, batch: &BatchView<'_>) -> Result<Marker, SourceFault> {
        self.reach(batch);
        let Some(record) = batch.records().next() else {
            return Ok(Marker::Idle);
        };
        let producer = batch.producer_id();
        // A control record that cannot be read was written by a newer broker: it stays.
        Ok(match ControlKind::read_key(record?.key) {
            Ok(ControlKind::Abort) => match self.aborting.remove(&producer) {
                Some(aborting) if aborting.has_data => Marker::Aborts(aborting.txn),
                _ => Marker::Idle,
            },
            Ok(ControlKind::Commit) => match self.committing.remove(&producer) {
                true => Marker::Needed,
                false => Marker::Idle,
            },
            _ => Marker::Needed,
        })
    }

    /// Lets the aborted transactions begin that have their first offset at or before this batch,
    /// and forgets the producer's last one if it ended before: its marker may have been passed
    /// over, or be gone.
    fn reach(&mut self, batch: &BatchView<'_>) {
        let (first, last): (Offset, Offset) = (batch.base_offset(), batch.last_offset());
        let producer = batch.producer_id();
        if self
            .aborting
            .get(&producer)
            .is_some_and(|known| known.txn.last < first)
        {
            self.aborting.remove(&producer);
        }
        while let Some(txn) = self.coming.pop_front_if(|txn| txn.first <= last) {
            if txn.last >= first {
                let has_data = false;
                self.aborting
                    .insert(txn.producer, Aborting { txn, has_data });
            }
        }
    }
}
