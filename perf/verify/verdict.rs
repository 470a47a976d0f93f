use std::collections::BTreeMap;

use super::ledger::Ledger;
use super::promise::{Author, Promise};
use super::read::Found;

/// All that was found out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    pub acked: u64,
    pub read: u64,
    /// Acknowledged and not there.
    pub lost: u64,
    /// Acknowledged at one offset, and found at another.
    pub moved: u64,
    pub duplicated: u64,
    pub reordered: u64,
    pub corrupt: u64,
    /// Not acknowledged and there all the same: no fault.
    pub unacknowledged_but_stored: u64,
    /// Acknowledged, and deleted since with leave: no fault.
    pub deleted: u64,
    /// Places where an offset does not follow the one before: no fault by itself, since
    /// transactions and compaction leave some.
    pub gaps: u64,
    /// Records of others: no fault by itself.
    pub foreign: u64,
}

impl Verdict {
    /// Holds what was read against what was promised. `starts` are the offsets from which on
    /// partitions were read.
    pub fn of(ledger: &Ledger, found: &Found, starts: &BTreeMap<i32, i64>) -> Verdict {
        let mut verdict = Verdict {
            acked: ledger.acked(),
            corrupt: found.corrupt,
            gaps: found.gaps,
            foreign: found.foreign,
            ..Verdict::default()
        };
        for promise in ledger.placed() {
            verdict.judge(promise, ledger, found, start_of(starts, &promise.author));
        }
        for promise in &ledger.contested {
            verdict.misplaced(promise, found);
        }
        for promise in &ledger.unplaced {
            let numbers = promise.first..promise.first + promise.count;
            verdict.lost += count(numbers, |number| !found.has(&promise.author, number));
        }
        let seen = found.seen.values();
        let mut unique = 0;
        for seen in seen {
            verdict.read += seen.records;
            verdict.duplicated += seen.duplicated;
            verdict.reordered += seen.reordered;
            unique += seen.records - seen.duplicated;
        }
        let gone = verdict.lost + verdict.deleted;
        verdict.unacknowledged_but_stored =
            unique.saturating_sub(verdict.acked.saturating_sub(gone));
        verdict
    }

    pub fn is_good(&self) -> bool {
        self.lost + self.moved + self.duplicated + self.reordered + self.corrupt == 0
    }

    fn judge(&mut self, promise: &Promise, ledger: &Ledger, found: &Found, start: i64) {
        let partition = promise.author.partition;
        let mut offsets = promise.offsets();
        if offsets.start < start && ledger.may_begin(partition, start) {
            let end = start.min(offsets.end);
            self.deleted += end.abs_diff(offsets.start);
            offsets.start = end;
        }
        let missing = found.kept.get(&partition).map_or_else(
            || vec![offsets.clone()],
            |kept| kept.missing(offsets.clone()),
        );
        for offsets in missing {
            let misplaced = Promise {
                author: promise.author,
                first: promise.number_at(offsets.start),
                count: offsets.end.abs_diff(offsets.start),
                offset: offsets.start,
            };
            self.misplaced(&misplaced, found);
        }
    }

    /// Records that are not where they were promised to be.
    fn misplaced(&mut self, promise: &Promise, found: &Found) {
        let numbers = promise.first..promise.first + promise.count;
        let moved = count(numbers, |number| found.has(&promise.author, number));
        self.moved += moved;
        self.lost += promise.count - moved;
    }
}

fn start_of(starts: &BTreeMap<i32, i64>, author: &Author) -> i64 {
    let partition = i32::try_from(author.partition).unwrap_or(i32::MAX);
    starts.get(&partition).copied().unwrap_or(0)
}

fn count(numbers: std::ops::Range<u64>, is_counted: impl Fn(u64) -> bool) -> u64 {
    let counted = numbers.filter(|number| is_counted(*number));
    u64::try_from(counted.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::ledger::Ledger;
    use super::super::read::Found;
    use super::super::stamp::{Reading, Stamp};
    use super::Verdict;

    /// Ten records of one author, of which 4 to 6 were not acknowledged.
    const ACKED: &str = "run 1\nack 1 0 0 0 4 0\nack 1 0 0 7 3 7\n";

    /// What comes of reading these numbers from offset `start` on.
    fn judge(ledger: &str, numbers: &[u64], start: i64) -> Verdict {
        let ledger = Ledger::parse(ledger).unwrap();
        let mut found = Found::default();
        for (offset, number) in (start..).zip(numbers) {
            let stamp = Stamp {
                run: 1,
                producer: 0,
                partition: 0,
                number: *number,
            };
            found.take(&ledger, 0, (offset, Reading::Whole(stamp)));
        }
        Verdict::of(&ledger, &found, &BTreeMap::from([(0, start)]))
    }

    #[test]
    fn all_there_in_order_is_good_with_or_without_the_unsure() {
        let verdict = judge(ACKED, &(0..10).collect::<Vec<_>>(), 0);
        assert!(verdict.is_good(), "{verdict:?}");
        assert_eq!((verdict.acked, verdict.unacknowledged_but_stored), (7, 3));
        let without = ACKED.replace("7 3 7", "7 3 4");
        let verdict = judge(&without, &[0, 1, 2, 3, 7, 8, 9], 0);
        assert!(verdict.is_good(), "{verdict:?}");
        assert_eq!(verdict.unacknowledged_but_stored, 0);
    }

    #[test]
    fn what_was_acknowledged_and_is_not_there_is_lost() {
        let verdict = judge(ACKED, &[0, 1, 2, 3, 4, 5, 6, 7], 0);
        assert_eq!((verdict.lost, verdict.moved), (2, 0));
        assert_eq!(judge(ACKED, &[], 0).lost, 7);
    }

    #[test]
    fn what_stands_at_another_offset_has_moved() {
        let verdict = judge(ACKED, &[0, 1, 2, 3, 7, 8, 9], 0);
        assert_eq!((verdict.lost, verdict.moved), (0, 3));
        let contested = format!("{ACKED}run 2\nack 2 0 0 0 2 8\n");
        let verdict = judge(&contested, &(0..10).collect::<Vec<_>>(), 0);
        assert_eq!((verdict.lost, verdict.moved), (2, 0));
    }

    #[test]
    fn what_was_deleted_with_leave_is_no_loss() {
        let trimmed = format!("{ACKED}trim 0 2\n");
        let rest: Vec<u64> = (2..10).collect();
        let verdict = judge(&trimmed, &rest, 2);
        assert!(verdict.is_good() && verdict.deleted == 2, "{verdict:?}");
        assert_eq!(judge(ACKED, &rest, 2).lost, 2);
        assert_eq!(judge(&trimmed, &rest[1..], 3).lost, 3);
        let forgetful = format!("{ACKED}forget\n");
        assert!(judge(&forgetful, &rest[3..], 5).is_good());
    }

    #[test]
    fn offsets_without_a_place_are_judged_by_number_alone() {
        let unplaced = "run 1\nack 1 0 0 0 4 -1\n";
        assert!(judge(unplaced, &[0, 1, 2, 3], 9).is_good());
        assert_eq!(judge(unplaced, &[0, 2, 3], 9).lost, 1);
    }
}
