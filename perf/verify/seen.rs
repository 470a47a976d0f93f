use std::collections::BTreeMap;
use std::ops::Range;

/// What was read back of one author, in the order in which it was read.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The number after the highest seen.
    next: u64,
    /// Numbers below `next` that were not seen, by their first.
    holes: BTreeMap<u64, u64>,
    /// Seen a second time.
    pub duplicated: u64,
    /// Seen after a higher number.
    pub reordered: u64,
    pub records: u64,
}

impl Seen {
    pub fn see(&mut self, number: u64) {
        self.records += 1;
        if number >= self.next {
            if number > self.next {
                self.holes.insert(self.next, number);
            }
            self.next = number + 1;
            return;
        }
        match self.hole_around(number) {
            Some((first, end)) => {
                self.reordered += 1;
                self.holes.remove(&first);
                if first < number {
                    self.holes.insert(first, number);
                }
                if number + 1 < end {
                    self.holes.insert(number + 1, end);
                }
            }
            None => self.duplicated += 1,
        }
    }

    pub fn has(&self, number: u64) -> bool {
        number < self.next && self.hole_around(number).is_none()
    }

    fn hole_around(&self, number: u64) -> Option<(u64, u64)> {
        let (first, end) = self.holes.range(..=number).next_back()?;
        (number < *end).then_some((*first, *end))
    }
}

/// Offsets at which the promised record stands, as they are read: in order, mostly in long runs.
#[derive(Clone, Debug, Default)]
pub struct Kept(Vec<Range<i64>>);

impl Kept {
    pub fn push(&mut self, offset: i64) {
        match self.0.last_mut() {
            Some(last) if last.end == offset => last.end += 1,
            _ => self.0.push(offset..offset + 1),
        }
    }

    /// The parts of `offsets` that were not kept.
    pub fn missing(&self, offsets: Range<i64>) -> Vec<Range<i64>> {
        let mut missing = Vec::new();
        let mut at = offsets.start;
        let first = self.0.partition_point(|kept| kept.end <= offsets.start);
        for kept in self.0.iter().skip(first) {
            if kept.start >= offsets.end {
                break;
            }
            if kept.start > at {
                missing.push(at..kept.start);
            }
            at = kept.end;
        }
        if at < offsets.end {
            missing.push(at..offsets.end);
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Seen};

    #[test]
    fn what_comes_twice_is_duplicated_and_what_comes_late_is_reordered() {
        let mut seen = Seen::default();
        [0, 1, 2, 1, 3, 5, 4, 6, 9, 9]
            .iter()
            .for_each(|number| seen.see(*number));
        assert_eq!((seen.duplicated, seen.reordered, seen.records), (2, 1, 10));
        assert!(seen.has(4) && seen.has(9) && !seen.has(7) && !seen.has(10));
    }

    #[test]
    fn offsets_that_were_not_kept_are_named() {
        let mut kept = Kept::default();
        [3, 4, 5, 8, 9].iter().for_each(|offset| kept.push(*offset));
        assert_eq!(kept.missing(3..6), []);
        assert_eq!(kept.missing(0..12), [0..3, 6..8, 10..12]);
        assert_eq!(kept.missing(4..9).first(), Some(&(6..8)));
        assert_eq!(kept.missing(6..8).last(), Some(&(6..8)));
    }
}
