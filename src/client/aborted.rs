use std::collections::BTreeSet;

use crate::model::ProducerId;
use crate::records::{BatchView, Codec, EndTxnMarker};

/// Which batches of one fetch answer belong to aborted transactions. The broker lists where each
/// of them begins; where it ends stands in the log as a marker.
#[derive(Debug, Default)]
pub struct Aborted {
    /// Producer and first offset, the latest first.
    to_come: Vec<(ProducerId, i64)>,
    open: BTreeSet<ProducerId>,
}

impl Aborted {
    pub fn new(mut listed: Vec<(ProducerId, i64)>) -> Aborted {
        listed.sort_by_key(|(_, first)| std::cmp::Reverse(*first));
        Aborted {
            to_come: listed,
            open: BTreeSet::new(),
        }
    }

    /// Whether a reader of committed data must not see this batch. Batches come in log order.
    pub fn hides(&mut self, batch: &BatchView<'_>) -> bool {
        while let Some((producer, first)) = self.to_come.last().copied()
            && first <= batch.last_offset().0
        {
            self.open.insert(producer);
            self.to_come.pop();
        }
        let producer = batch.producer_id();
        if batch.is_control() {
            if is_abort(batch) {
                self.open.remove(&producer);
            }
            return true;
        }
        batch.is_transactional() && self.open.contains(&producer)
    }
}

fn is_abort(batch: &BatchView<'_>) -> bool {
    if batch.codec() != Ok(Codec::None) {
        return false;
    }
    let Some(Ok(record)) = batch.records().next() else {
        return false;
    };
    let marker = EndTxnMarker::read(record.key, record.value);
    matches!(marker, Ok(Some(EndTxnMarker { commit: false, .. })))
}
