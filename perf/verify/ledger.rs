use std::collections::BTreeMap;

/// Numbers from `first` up to and without `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub first: u64,
    pub end: u64,
}

impl Span {
    fn len(self) -> u64 {
        self.end - self.first
    }
}

/// What one producer wrote to one partition and what came of it. Records are numbered from 0 on
/// and their outcomes come in that order.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Handed to the client.
    pub sent: u64,
    /// Those whose outcome is known.
    settled: u64,
    /// Those that were not acknowledged: they may be there or not.
    unsure: Vec<Span>,
}

impl Written {
    /// The next `count` records were acknowledged, or not.
    pub fn settle(&mut self, count: u64, is_acked: bool) {
        let span = Span {
            first: self.settled,
            end: self.settled + count,
        };
        self.settled = span.end;
        match self.unsure.last_mut() {
            _ if is_acked => {}
            Some(last) if last.end == span.first => last.end = span.end,
            _ => self.unsure.push(span),
        }
    }

    pub fn acked(&self) -> u64 {
        self.settled - self.unsure.iter().map(|span| span.len()).sum::<u64>()
    }

    /// Of `span`, the numbers that were acknowledged.
    fn acked_in(&self, span: Span) -> u64 {
        let end = span.end.min(self.settled);
        let known = end.saturating_sub(span.first);
        let unsure = self.unsure.iter().map(|unsure| {
            let (first, end) = (unsure.first.max(span.first), unsure.end.min(span.end));
            end.saturating_sub(first)
        });
        known - unsure.sum::<u64>().min(known)
    }
}

/// What was read back of one producer and partition, in the order in which it was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The number after the highest seen.
    next: u64,
    /// Numbers below `next` that were not seen, by their first.
    holes: BTreeMap<u64, u64>,
    /// Seen a second time.
    pub duplicated: u64,
    /// Seen after a higher number.
    pub reordered: u64,
    pub seen: u64,
}

impl Read {
    pub fn see(&mut self, number: u64) {
        self.seen += 1;
        if number >= self.next {
            if number > self.next {
                self.holes.insert(self.next, number);
            }
            self.next = number + 1;
            return;
        }
        let hole = self.holes.range(..=number).next_back();
        match hole.map(|(first, end)| (*first, *end)) {
            Some((first, end)) if number < end => {
                self.reordered += 1;
                self.holes.remove(&first);
                if first < number {
                    self.holes.insert(first, number);
                }
                if number + 1 < end {
                    self.holes.insert(number + 1, end);
                }
            }
            _ => self.duplicated += 1,
        }
    }

    /// Numbers that were written and not seen.
    fn missing(&self, written: &Written) -> Vec<Span> {
        let holes = self.holes.iter();
        let mut missing: Vec<Span> = holes.map(|(&first, &end)| Span { first, end }).collect();
        if self.next < written.sent {
            missing.push(Span {
                first: self.next,
                end: written.sent,
            });
        }
        missing
    }
}

/// All that was found out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    pub acked: u64,
    pub read: u64,
    /// Acknowledged and not there.
    pub lost: u64,
    pub duplicated: u64,
    pub reordered: u64,
    pub corrupt: u64,
    /// Not acknowledged and there all the same: no fault.
    pub unacknowledged_but_stored: u64,
}

impl Verdict {
    pub fn is_good(&self) -> bool {
        self.lost + self.duplicated + self.reordered + self.corrupt == 0
    }

    /// Adds one producer and partition.
    pub fn add(&mut self, written: &Written, read: &Read) {
        let missing = read.missing(written);
        let lost: u64 = missing.iter().map(|span| written.acked_in(*span)).sum();
        let unseen: u64 = missing.iter().map(|span| span.len()).sum();
        let unique = read.seen - read.duplicated;
        assert_eq!(
            unique + unseen,
            written.sent.max(read.next),
            "every number has one fate"
        );
        self.acked += written.acked();
        self.read += read.seen;
        self.lost += lost;
        self.duplicated += read.duplicated;
        self.reordered += read.reordered;
        self.unacknowledged_but_stored += unique.saturating_sub(written.acked() - lost);
    }
}

#[cfg(test)]
mod tests {
    use super::{Read, Verdict, Written};

    fn judge(written: &Written, numbers: &[u64]) -> Verdict {
        let mut read = Read::default();
        numbers.iter().for_each(|number| read.see(*number));
        let mut verdict = Verdict::default();
        verdict.add(written, &read);
        verdict
    }

    fn ten_of_which_four_to_six_are_unsure() -> Written {
        let mut written = Written {
            sent: 10,
            ..Written::default()
        };
        written.settle(4, true);
        written.settle(2, false);
        written.settle(1, false);
        written.settle(3, true);
        written
    }

    #[test]
    fn all_there_in_order_is_good_with_or_without_the_unsure() {
        let written = ten_of_which_four_to_six_are_unsure();
        assert_eq!(written.acked(), 7);
        let all: Vec<u64> = (0..10).collect();
        let verdict = judge(&written, &all);
        assert!(verdict.is_good());
        assert_eq!(verdict.unacknowledged_but_stored, 3);
        let verdict = judge(&written, &[0, 1, 2, 3, 7, 8, 9]);
        assert!(verdict.is_good());
        assert_eq!(verdict.unacknowledged_but_stored, 0);
    }

    #[test]
    fn what_was_acknowledged_and_is_not_there_is_lost() {
        let written = ten_of_which_four_to_six_are_unsure();
        assert_eq!(judge(&written, &[0, 1, 3, 4, 7]).lost, 3);
        assert_eq!(judge(&written, &[]).lost, 7);
    }

    #[test]
    fn what_comes_twice_is_duplicated_and_what_comes_late_is_reordered() {
        let written = ten_of_which_four_to_six_are_unsure();
        let verdict = judge(&written, &[0, 1, 2, 1, 3, 5, 4, 6, 7, 8, 9, 9]);
        assert_eq!(
            (verdict.duplicated, verdict.reordered, verdict.lost),
            (2, 1, 0)
        );
        let verdict = judge(&written, &[9, 0, 1, 2, 3, 3, 7, 8]);
        assert_eq!(
            (verdict.duplicated, verdict.reordered, verdict.lost),
            (1, 6, 0)
        );
    }

    #[test]
    fn what_was_sent_and_never_settled_is_unsure() {
        let written = Written {
            sent: 5,
            ..Written::default()
        };
        assert!(judge(&written, &[0, 1]).is_good());
        assert_eq!(judge(&written, &[0, 1]).unacknowledged_but_stored, 2);
    }
}
