use hdrhistogram::Histogram;

/// The longest latency that is told apart: an hour.
const NANOS_MAX: u64 = 3_600_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// The percentiles of every result.
const PERCENTILES: [(&str, f64); 7] = [
    ("p50", 50.0),
    ("p75", 75.0),
    ("p90", 90.0),
    ("p95", 95.0),
    ("p99", 99.0),
    ("p99_9", 99.9),
    ("p99_99", 99.99),
];

/// Latencies in nanoseconds, each kept to three significant digits, from 1 ns to an hour; what is
/// longer counts as an hour. One per worker, merged at the end.
#[derive(Clone, Debug)]
pub struct Latencies {
    histogram: Histogram<u64>,
    /// Exact, where the histogram rounds.
    max_nanos: u64,
}

impl Default for Latencies {
    fn default() -> Latencies {
        let histogram = Histogram::new_with_bounds(1, NANOS_MAX, SIGNIFICANT_DIGITS);
        Latencies {
            histogram: histogram.expect("bounds and digits are ones that the histogram takes"),
            max_nanos: 0,
        }
    }
}

impl Latencies {
    /// `count` operations took `nanos` each.
    pub fn record(&mut self, nanos: u64, count: u64) {
        let nanos = nanos.clamp(1, NANOS_MAX);
        self.max_nanos = self.max_nanos.max(nanos);
        self.histogram.saturating_record_n(nanos, count);
    }

    pub fn merge(&mut self, other: &Latencies) {
        self.max_nanos = self.max_nanos.max(other.max_nanos);
        let merged = self.histogram.add(&other.histogram);
        merged.expect("all histograms have the same bounds");
    }

    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The latency that `percent` of all do not exceed, in nanoseconds; 0 when there are none.
    pub fn percentile(&self, percent: f64) -> u64 {
        match self.count() {
            0 => 0,
            _ => self
                .histogram
                .value_at_percentile(percent)
                .min(self.max_nanos),
        }
    }

    pub fn max(&self) -> u64 {
        self.max_nanos
    }

    pub fn mean(&self) -> f64 {
        self.histogram.mean()
    }

    /// The percentiles of a result by name, in nanoseconds.
    pub fn percentiles(&self) -> impl Iterator<Item = (&'static str, u64)> {
        PERCENTILES
            .iter()
            .map(|(name, percent)| (*name, self.percentile(*percent)))
    }

    /// All that is known, for those who draw curves.
    pub fn histogram(&self) -> &Histogram<u64> {
        &self.histogram
    }
}

#[cfg(test)]
mod tests {
    use super::{Latencies, NANOS_MAX};

    #[test]
    fn merged_histograms_know_what_their_parts_knew() {
        let (mut all, mut odd, mut even) = <(Latencies, Latencies, Latencies)>::default();
        for nanos in 1..=100_000u64 {
            all.record(nanos * 100, 1);
            let part = if nanos % 2 == 0 { &mut even } else { &mut odd };
            part.record(nanos * 100, 1);
        }
        odd.merge(&even);
        assert_eq!(odd.histogram(), all.histogram());
        assert_eq!((odd.count(), odd.max()), (100_000, 10_000_000));
        let median = all.percentile(50.0) as f64;
        assert!((median / 5_000_000.0 - 1.0).abs() < 0.001, "{median}");
    }

    #[test]
    fn nanoseconds_are_told_apart_and_the_longest_is_an_hour() {
        let mut latencies = Latencies::default();
        assert_eq!((latencies.percentile(99.0), latencies.max()), (0, 0));
        latencies.record(1_001, 9);
        latencies.record(2 * NANOS_MAX, 1);
        assert_eq!(latencies.percentile(50.0), 1_001);
        assert_eq!(latencies.max(), NANOS_MAX);
    }
}
