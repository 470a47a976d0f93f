use crate::log::{Log, Policy, Segment};
use crate::model::Offset;

/// No batch is smaller; without an index interval every batch gets an entry.
const BATCH_BYTES_MIN: u64 = crate::records::HEADER_BYTES as u64;

/// Bytes of the larger of two index entries that a batch can get.
const ENTRY_BYTES: u64 = 12;

/// Segments that become one.
#[derive(Debug, Default)]
struct Group {
    bases: Vec<Offset>,
    bytes: u64,
}

impl Log {
    /// The closed segments that begin below `end` and end at or before `to`, in groups that each
    /// fit a segment and its indexes (`Cleaner.groupSegmentsBySize`).
    pub fn groups(&self, end: Offset, to: Offset) -> Vec<Vec<Offset>> {
        let mut groups = vec![Group::default()];
        let within = |segment: &&Segment| segment.base() < end && segment.base() < to;
        for segment in self.segments.iter().take_while(within) {
            let last = groups
                .last_mut()
                .filter(|group| group.fits(segment, &self.policy));
            match last {
                Some(group) => group.push(segment),
                None => {
                    let mut group = Group::default();
                    group.push(segment);
                    groups.push(group);
                }
            }
        }
        let bases = groups.into_iter().map(|group| group.bases);
        bases.filter(|bases| !bases.is_empty()).collect()
    }
}

impl Group {
    fn fits(&self, segment: &Segment, policy: &Policy) -> bool {
        let Some(first) = self.bases.first() else {
            return true;
        };
        let bytes = self.bytes + u64::from(segment.bytes());
        let interval = u64::from(policy.index_interval_bytes).max(BATCH_BYTES_MIN);
        // The last entry of the time index comes when the segment closes.
        let index_bytes = (bytes / interval + 1) * ENTRY_BYTES;
        bytes <= policy.segment_bytes.into()
            && index_bytes <= policy.index_bytes.into()
            && segment.end().plus(-1).minus(*first) <= i32::MAX.into()
    }

    fn push(&mut self, segment: &Segment) {
        self.bases.push(segment.base());
        self.bytes += u64::from(segment.bytes());
    }
}
