use crate::log::batch::Batch;
use crate::log::{AbortedTxn, Indexes, Log, Segment};
use crate::model::{Offset, Timestamp};
use crate::records::{BatchView, Malformed};

/// A segment that compaction has written, to take the place of the group it was made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cleaned {
    segment: Segment,
}

impl Cleaned {
    pub(super) fn new(base: Offset, modified: Timestamp) -> Cleaned {
        Cleaned {
            segment: Segment::new(base, modified),
        }
    }

    pub(super) fn push(
        &mut self,
        batch: &BatchView<'_>,
        interval_bytes: u32,
    ) -> Result<(), Malformed> {
        let base = batch.base_offset();
        self.segment
            .push(&Batch::of_view(batch)?, base, interval_bytes);
        Ok(())
    }

    pub(super) fn push_aborted(&mut self, txn: AbortedTxn) {
        self.segment.push_aborted(txn);
    }

    pub(super) fn sealed(mut self) -> Cleaned {
        self.segment.seal();
        self.segment.shrink();
        self
    }

    /// The offset in its file names.
    pub fn base(&self) -> Offset {
        self.segment.base()
    }

    /// The exact length of its file.
    pub fn bytes(&self) -> u32 {
        self.segment.bytes()
    }

    /// What its index files hold.
    pub fn indexes(&self) -> Indexes {
        self.segment.indexes().cloned().unwrap_or_default()
    }
}

impl Log {
    /// Whether all of these segments are there, one after the other, and closed: retention may
    /// have taken some since the group was formed.
    pub fn holds_group(&self, group: &[Offset]) -> bool {
        let first = group.first().copied();
        let at = self
            .segments
            .iter()
            .position(|segment| Some(segment.base()) == first);
        at.is_some_and(|at| {
            let there = self.segments.iter().skip(at).map(Segment::base);
            at + group.len() < self.segments.len()
                && group.iter().copied().eq(there.take(group.len()))
        })
    }

    /// The files have changed places: `cleaned` stands for the group. Its indexes are read when
    /// they are needed. Panics unless [`Log::holds_group`] says that the group is there.
    pub fn exchange(&mut self, group: &[Offset], cleaned: Cleaned) {
        assert!(
            self.holds_group(group) && group.first() == Some(&cleaned.base()),
            "{group:?} are no closed segments of this log"
        );
        let first = self
            .segments
            .partition_point(|segment| segment.base() < cleaned.base());
        let old: Vec<Segment> = self.segments.drain(first..first + group.len()).collect();
        let end = old.last().map_or(cleaned.base(), Segment::end);
        let mut segment = cleaned.segment;
        segment.extend_to(end);
        segment.set_indexes(None);
        self.segments.insert(first, segment);
    }
}
