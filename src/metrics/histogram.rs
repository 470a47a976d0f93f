use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest duration told apart; longer ones count as this long.
const LONGEST_MICROS: u64 = 60_000_000;
/// Values are kept to this many decimal digits; the table then takes about 20 KiB.
const DIGITS: u8 = 2;

/// Durations from 1 us to 60 s with a precision of 1 %, in bounded memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Durations {
    micros: Histogram<u64>,
    total: Duration,
}

impl Default for Durations {
    fn default() -> Durations {
        let micros = Histogram::new_with_bounds(1, LONGEST_MICROS, DIGITS);
        let micros = micros.expect("the bounds are constants that make a histogram");
        Durations {
            micros,
            total: Duration::ZERO,
        }
    }
}

impl Durations {
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.micros
            .saturating_record(micros.clamp(1, LONGEST_MICROS));
        self.total += duration;
    }

    pub fn add(&mut self, other: &Durations) {
        self.micros
            .add(&other.micros)
            .expect("both have the same bounds");
        self.total += other.total;
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.micros.len()
    }

    /// The sum of all that were recorded.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// The duration that `share` (0 to 1) of all do not exceed; zero when there are none.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.micros.value_at_quantile(share))
    }

    pub fn longest(&self) -> Duration {
        Duration::from_micros(self.micros.max())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent_and_extremes_are_clamped() {
        let mut durations = Durations::default();
        assert_eq!(durations.quantile(0.5), Duration::ZERO);
        (1..=1000).for_each(|millis| durations.record(Duration::from_millis(millis)));
        let median = durations.quantile(0.5).as_secs_f64();
        assert!((0.495..0.506).contains(&median), "{median}");
        let mut sum = Durations::default();
        sum.record(Duration::ZERO);
        sum.record(Duration::from_secs(600));
        sum.add(&durations);
        assert_eq!(sum.count(), 1002);
        assert!(sum.longest() >= Duration::from_secs(59));
        assert_eq!(
            sum.total(),
            Duration::from_millis(500_500) + Duration::from_secs(600)
        );
    }
}
