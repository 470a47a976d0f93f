//! What of the segment files is known to be broken, so that it is never served.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::Offset;

/// Runs of bytes, by segment, in which a batch is not what was written. They stay until the
/// process ends: nothing mends them, and compaction stops before them.
#[derive(Debug, Default)]
pub struct Rot(RefCell<BTreeMap<Offset, Vec<Range<u64>>>>);

impl Rot {
    /// Says whether that was not known.
    pub fn add(&self, segment: Offset, bytes: Range<u64>) -> bool {
        let mut all = self.0.borrow_mut();
        let known = all.entry(segment).or_default();
        let is_new = !known.contains(&bytes);
        if is_new {
            known.push(bytes);
        }
        is_new
    }

    /// Where a read that begins with the batch at `first` and would go to `end` has to stop;
    /// `None` when already that batch must not be read.
    pub fn bound(&self, segment: Offset, first: &Range<u64>, end: u64) -> Option<u64> {
        let all = self.0.borrow();
        let known = all.get(&segment).into_iter().flatten();
        let ahead = known.filter(|rot| rot.end > first.start);
        let nearest = ahead.map(|rot| rot.start).min().unwrap_or(end);
        (nearest >= first.end.min(end)).then(|| nearest.min(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_end_before_what_is_broken_and_go_on_behind_it() {
        let rot = Rot::default();
        assert!(rot.add(Offset(5), 100..200));
        assert!(!rot.add(Offset(5), 100..200));
        assert_eq!(rot.bound(Offset(5), &(0..50), 1000), Some(100));
        assert_eq!(rot.bound(Offset(5), &(0..100), 80), Some(80));
        assert_eq!(rot.bound(Offset(5), &(100..150), 1000), None);
        assert_eq!(rot.bound(Offset(5), &(150..210), 1000), None);
        assert_eq!(rot.bound(Offset(5), &(200..300), 1000), Some(1000));
        assert_eq!(rot.bound(Offset(6), &(100..150), 1000), Some(1000));
    }
}
