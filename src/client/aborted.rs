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

#[cfg(test)]
mod tests {
    use super::Aborted;
    use crate::model::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
    use crate::records::{BatchBuilder, BatchView, EndTxnMarker, NewRecord};

    fn builder(offset: i64, producer: i64) -> BatchBuilder {
        let (id, epoch) = (ProducerId(producer), ProducerEpoch(0));
        BatchBuilder::new()
            .base_offset(Offset(offset))
            .producer(id, epoch, Sequence::ZERO)
            .transactional()
    }

    fn data(offset: i64, producer: i64) -> Vec<u8> {
        let mut builder = builder(offset, producer);
        builder.push(Timestamp(0), &NewRecord::default());
        builder.finish()
    }

    fn marker(offset: i64, producer: i64, commit: bool) -> Vec<u8> {
        let marker = EndTxnMarker {
            commit,
            coordinator_epoch: 0,
        };
        let mut builder = builder(offset, producer).control();
        let record = NewRecord {
            key: Some(&marker.kind().key()),
            value: Some(&marker.value()),
            headers: &[],
        };
        builder.push(Timestamp(0), &record);
        builder.finish()
    }

    #[test]
    fn aborted_records_are_hidden_up_to_their_marker() {
        let log = [
            (data(0, 1), false),
            (data(1, 2), true),
            (data(2, 1), false),
            (marker(3, 2, false), true),
            (marker(4, 1, true), true),
            (data(5, 2), false),
            (data(6, 2), true),
        ];
        let mut aborted = Aborted::new(vec![(ProducerId(2), 6), (ProducerId(2), 1)]);
        for (bytes, hidden) in &log {
            let batch = BatchView::parse(bytes).unwrap();
            assert_eq!(
                aborted.hides(&batch),
                *hidden,
                "offset {}",
                batch.base_offset()
            );
        }
    }
}
