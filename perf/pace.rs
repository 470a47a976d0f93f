use std::time::Duration;

use super::load::Dice;
use crate::model::Instant;

/// How the arrivals of records lie in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrivals {
    /// Each as long after the one before.
    Constant,
    /// Independent of each other: the gaps are exponential.
    Poisson,
}

/// When each record of an open loop is meant to be sent: fixed before the run, whatever the
/// broker does, so that a record that had to wait counts the wait (no coordinated omission).
///
/// ```text
/// intended   |   |   |   |   |   |        due at 5: taken at 9, because nobody was free;
///            1   2   3   4   5   6        its latency counts from 5
/// ```
#[derive(Clone, Debug)]
pub struct Pace {
    start: Instant,
    /// Of the next record, since `start`.
    next_nanos: f64,
    /// Mean distance of two records.
    gap_nanos: f64,
    /// Constant arrivals are multiples of the gap, so that rounding does not add up.
    taken: u64,
    first_nanos: f64,
    dice: Option<Dice>,
    left: u64,
    until: Instant,
}

/// What a pace is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Records per second, more than 0.
    pub rate: f64,
    pub arrivals: Arrivals,
    /// The share of the first gap that passes before the first record: 0 to 1, so that several
    /// producers do not send at the same moments.
    pub phase: f64,
    /// Records in all.
    pub records: u64,
    /// No record is meant for this moment or later.
    pub until: Instant,
}

impl Pace {
    pub fn new(start: Instant, plan: &Plan, mut dice: Dice) -> Pace {
        let gap_nanos = 1e9 / plan.rate;
        let poisson = plan.arrivals == Arrivals::Poisson;
        let first_nanos = match poisson {
            true => -dice.fraction().ln() * gap_nanos,
            false => gap_nanos * plan.phase,
        };
        Pace {
            start,
            next_nanos: first_nanos,
            gap_nanos,
            taken: 0,
            first_nanos,
            dice: poisson.then_some(dice),
            left: plan.records,
            until: plan.until,
        }
    }

    /// When the next record is due; `None` when all have been taken.
    pub fn next_due(&self) -> Option<Instant> {
        let due = self
            .start
            .plus(Duration::from_nanos(self.next_nanos as u64));
        (self.left > 0 && due < self.until).then_some(due)
    }

    /// Takes the next record if it is due at `now`, and says for when it was meant.
    pub fn take(&mut self, now: Instant) -> Option<Instant> {
        let due = self.next_due().filter(|due| *due <= now)?;
        self.left -= 1;
        self.taken += 1;
        self.next_nanos = match &mut self.dice {
            Some(dice) => self.next_nanos - dice.fraction().ln() * self.gap_nanos,
            None => self.first_nanos + self.taken as f64 * self.gap_nanos,
        };
        Some(due)
    }

    /// No more records from here on.
    pub fn stop(&mut self) {
        self.left = 0;
    }

    /// Records that were due before `now` and nobody took.
    pub fn overdue(&self, now: Instant) -> u64 {
        // Poisson arrivals are counted by their mean: what was not sent is not known better.
        let end = now.min(self.until);
        let Some(due) = self.next_due().filter(|due| *due < end) else {
            return 0;
        };
        let span = end.since(due).as_nanos() as f64;
        ((span / self.gap_nanos).ceil() as u64).min(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, Dice, Instant, Pace, Plan};

    const SECOND: u64 = 1_000_000_000;

    fn plan(rate: f64, arrivals: Arrivals) -> Plan {
        Plan {
            rate,
            arrivals,
            phase: 0.0,
            records: u64::MAX,
            until: Instant(u64::MAX),
        }
    }

    fn due_within(mut pace: Pace, now: Instant) -> Vec<u64> {
        std::iter::from_fn(|| pace.take(now))
            .map(|due| due.0)
            .collect()
    }

    #[test]
    fn constant_arrivals_do_not_drift() {
        let pace = Pace::new(
            Instant(SECOND),
            &plan(3.0, Arrivals::Constant),
            Dice::new(1),
        );
        let due = due_within(pace, Instant(1001 * SECOND));
        assert_eq!(due.len(), 3001);
        assert_eq!(
            (due[0], due[3], due[3000]),
            (SECOND, 2 * SECOND, 1001 * SECOND)
        );
    }

    #[test]
    fn nothing_is_taken_before_it_is_due_and_times_do_not_depend_on_when_it_is_taken() {
        let plan = plan(1000.0, Arrivals::Poisson);
        let mut late = Pace::new(Instant(0), &plan, Dice::new(9));
        let mut eager = late.clone();
        let at_once = due_within(late.clone(), Instant(SECOND));
        let mut step_by_step = Vec::new();
        for now in (0..=SECOND).step_by(1_000_000) {
            while let Some(due) = eager.take(Instant(now)) {
                assert!(due.0 <= now);
                step_by_step.push(due.0);
            }
        }
        assert_eq!(at_once, step_by_step);
        assert!(at_once.is_sorted());
        assert!((900..1100).contains(&at_once.len()), "{}", at_once.len());
        assert_eq!(late.take(Instant(0)), None);
    }

    #[test]
    fn poisson_gaps_spread_as_exponential_ones_do() {
        let pace = Pace::new(Instant(0), &plan(1e6, Arrivals::Poisson), Dice::new(4));
        let due = due_within(pace, Instant(SECOND / 10));
        let gaps: Vec<f64> = due
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) as f64)
            .collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>();
        let deviation = (variance / gaps.len() as f64).sqrt();
        assert!((950.0..1050.0).contains(&mean), "{mean}");
        assert!((0.95..1.05).contains(&(deviation / mean)), "{deviation}");
    }

    #[test]
    fn it_ends_by_count_by_time_and_when_told() {
        let mut plan = plan(10.0, Arrivals::Constant);
        plan.until = Instant(SECOND);
        let start = || Instant(0);
        let by_time = Pace::new(start(), &plan, Dice::new(1));
        assert_eq!(due_within(by_time.clone(), Instant(9 * SECOND)).len(), 10);
        assert_eq!(by_time.overdue(Instant(9 * SECOND)), 10);
        assert_eq!(by_time.overdue(Instant(SECOND / 2)), 5);
        plan.records = 3;
        let mut by_count = Pace::new(start(), &plan, Dice::new(1));
        assert_eq!(due_within(by_count.clone(), Instant(9 * SECOND)).len(), 3);
        by_count.stop();
        assert_eq!(by_count.next_due(), None);
        assert_eq!(by_count.overdue(Instant(SECOND)), 0);
    }
}
