use super::latency::Latencies;
use crate::model::Instant;

/// What was done, in counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub records: u64,
    /// Bytes of keys and values.
    pub payload_bytes: u64,
    /// Bytes of batches as sent or received, after compression.
    pub batch_bytes: u64,
    pub batches: u64,
    pub requests: u64,
    /// Records that were refused or lost.
    pub errors: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.records += other.records;
        self.payload_bytes += other.payload_bytes;
        self.batch_bytes += other.batch_bytes;
        self.batches += other.batches;
        self.requests += other.requests;
        self.errors += other.errors;
    }
}

/// One second (or the rest of one) of one executor.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub counts: Counts,
    pub latencies: Latencies,
}

impl Row {
    pub fn merge(&mut self, other: &Row) {
        self.counts.add(&other.counts);
        self.latencies.merge(&other.latencies);
    }
}

/// What came after so many records, for tools that count their warm-up in records.
#[derive(Clone, Debug, Default)]
pub struct Steady {
    /// Records that do not count yet.
    pub skip: u64,
    /// When the first one that counts ended.
    pub since: Instant,
    pub latencies: Latencies,
}

impl Steady {
    fn took(&mut self, now: Instant, nanos: u64, count: u64) {
        let skipped = count.min(self.skip);
        self.skip -= skipped;
        if count > skipped {
            if self.latencies.count() == 0 {
                self.since = now;
            }
            self.latencies.record(nanos, count - skipped);
        }
    }
}

/// What one executor has seen. What ended before the warm-up did is not counted; a latency counts
/// when its operation was meant to begin after the warm-up, so that a wait that the warm-up
/// caused is not blamed on what follows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub warm: Instant,
    pub counts: Counts,
    pub latencies: Latencies,
    /// A second measure, where a run has two: visibility beside the acknowledgement.
    pub seconds: Latencies,
    /// How much later than intended the client itself began, in open loops.
    pub lateness: Latencies,
    pub steady: Option<Box<Steady>>,
    /// Why the records that count as errors were refused or lost, or some of them.
    pub refusal: Option<String>,
    /// Of the last thing counted.
    pub last: Instant,
    row: Row,
}

impl Tally {
    /// Something ended at `now`.
    pub fn count(&mut self, now: Instant, counts: &Counts) {
        self.row.counts.add(counts);
        if now >= self.warm {
            self.counts.add(counts);
            self.last = self.last.max(now);
        }
    }

    /// So many records were refused or lost, and `why`; none is a thing that ended, too.
    pub fn fail(&mut self, now: Instant, records: u64, why: &str) {
        let counts = Counts {
            errors: records,
            ..Counts::default()
        };
        self.count(now, &counts);
        if records > 0 {
            self.refusal.get_or_insert_with(|| why.to_owned());
        }
    }

    /// `count` operations that were meant to begin at `meant` ended at `now`.
    pub fn took(&mut self, meant: Instant, now: Instant, count: u64) {
        let nanos = now.0.saturating_sub(meant.0);
        self.row.latencies.record(nanos, count);
        if let Some(steady) = &mut self.steady {
            steady.took(now, nanos, count);
        }
        if meant >= self.warm {
            self.latencies.record(nanos, count);
        }
    }

    /// As [`Tally::took`] for the second measure.
    pub fn took_second(&mut self, meant: Instant, now: Instant) {
        if meant >= self.warm {
            self.seconds.record(now.0.saturating_sub(meant.0), 1);
        }
    }

    /// The client began later than it meant to.
    pub fn late(&mut self, meant: Instant, now: Instant) {
        if meant >= self.warm {
            self.lateness.record(now.0.saturating_sub(meant.0), 1);
        }
    }

    /// What came since the last call.
    pub fn take_row(&mut self) -> Row {
        std::mem::take(&mut self.row)
    }

    pub fn merge(&mut self, other: &Tally) {
        self.counts.add(&other.counts);
        self.latencies.merge(&other.latencies);
        self.seconds.merge(&other.seconds);
        self.lateness.merge(&other.lateness);
        self.last = self.last.max(other.last);
        if self.refusal.is_none() {
            self.refusal.clone_from(&other.refusal);
        }
        match (&mut self.steady, &other.steady) {
            (Some(all), Some(one)) => {
                all.since = all.since.min(one.since);
                all.latencies.merge(&one.latencies);
            }
            (all, one) => *all = one.clone().or(all.take()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Instant, Steady, Tally};

    #[test]
    fn a_warm_up_in_records_ends_within_a_batch() {
        let steady = Steady {
            skip: 15,
            ..Steady::default()
        };
        let mut tally = Tally {
            steady: Some(Box::new(steady)),
            ..Tally::default()
        };
        tally.took(Instant(0), Instant(900), 10);
        tally.took(Instant(0), Instant(1000), 10);
        tally.took(Instant(0), Instant(1100), 10);
        let mut all = Tally::default();
        all.merge(&tally);
        let steady = all.steady.expect("it was set");
        assert_eq!(
            (steady.latencies.count(), steady.since),
            (15, Instant(1000))
        );
        assert_eq!(all.latencies.count(), 30);
    }

    #[test]
    fn the_warm_up_shows_in_its_row_and_nowhere_else() {
        let mut tally = Tally {
            warm: Instant(1000),
            ..Tally::default()
        };
        let one = Counts {
            records: 1,
            ..Counts::default()
        };
        tally.count(Instant(900), &one);
        tally.took(Instant(800), Instant(900), 1);
        tally.count(Instant(1100), &one);
        tally.took(Instant(900), Instant(1100), 1);
        tally.count(Instant(1200), &one);
        tally.took(Instant(1000), Instant(1200), 1);
        assert_eq!((tally.counts.records, tally.latencies.count()), (2, 1));
        assert_eq!((tally.last, tally.latencies.max()), (Instant(1200), 200));
        let row = tally.take_row();
        assert_eq!((row.counts.records, row.latencies.count()), (3, 3));
        assert_eq!(tally.take_row().counts, Counts::default());
    }

    #[test]
    fn the_reason_of_a_failure_outlives_the_merge_and_no_failure_has_none() {
        let (mut all, mut one) = (Tally::default(), Tally::default());
        one.fail(Instant(5), 0, "nothing failed");
        all.merge(&one);
        assert_eq!(all.refusal, None);
        one.fail(Instant(6), 3, "the disk is full");
        one.fail(Instant(7), 2, "a later reason");
        all.merge(&one);
        assert_eq!(all.refusal.as_deref(), Some("the disk is full"));
        assert_eq!(all.counts.errors, 5);
    }
}
