use serde_json::Value;

use crate::perf::latency::Latencies;

/// The latencies of one measure of a run, as its JSON tells them: how many took up to how many
/// nanoseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Nanoseconds, rising, each with the count of all that took no longer.
    steps: Vec<(u64, u64)>,
    max_nanos: u64,
}

impl Recorded {
    /// Reads `{"histogram_ns_count": [[ns, count], ...], "max_ns": n}`; `None` where that is not
    /// what stands there, or nothing was recorded.
    pub fn read(value: &Value) -> Option<Recorded> {
        let pairs = value.get("histogram_ns_count")?.as_array()?;
        let pair = |pair: &Value| Some((pair.get(0)?.as_u64()?, pair.get(1)?.as_u64()?));
        let mut pairs: Vec<(u64, u64)> = pairs.iter().filter_map(pair).collect();
        pairs.retain(|(_, count)| *count > 0);
        pairs.sort_unstable();
        let mut all = 0u64;
        for (_, count) in &mut pairs {
            all = all.saturating_add(*count);
            *count = all;
        }
        let (last, _) = pairs.last()?;
        Some(Recorded {
            max_nanos: value.get("max_ns").and_then(Value::as_u64).unwrap_or(*last),
            steps: pairs,
        })
    }

    pub fn count(&self) -> u64 {
        self.steps.last().map_or(0, |(_, count)| *count)
    }

    /// In nanoseconds, exact.
    pub fn max(&self) -> u64 {
        self.max_nanos
    }

    /// The latency that `percent` of all do not exceed, in nanoseconds; reckoned as the histogram
    /// of the run reckons, so that both say the same.
    pub fn percentile(&self, percent: f64) -> u64 {
        let rank = (percent / 100.0 * self.count() as f64).ceil().max(1.0) as u64;
        let at = self.steps.partition_point(|(_, count)| *count < rank);
        let step = self.steps.get(at).or(self.steps.last());
        step.map_or(0, |(nanos, _)| (*nanos).min(self.max_nanos))
    }

    /// The same as a histogram.
    pub fn latencies(&self) -> Latencies {
        let mut latencies = Latencies::default();
        let mut before = 0;
        for (nanos, count) in &self.steps {
            latencies.record((*nanos).min(self.max_nanos), count - before);
            before = *count;
        }
        latencies
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Recorded;

    #[test]
    fn percentiles_and_the_histogram_are_those_that_were_written() {
        let value = json!({ "histogram_ns_count": [[2000, 98], [3000, 1], [9007, 1]],
            "max_ns": 9001 });
        let recorded = Recorded::read(&value).expect("latencies");
        let percents = [0.0, 50.0, 98.0, 98.1, 99.0, 100.0];
        let nanos = percents.map(|percent| recorded.percentile(percent));
        assert_eq!(nanos, [2000, 2000, 2000, 3000, 3000, 9001]);
        let latencies = recorded.latencies();
        assert_eq!((latencies.count(), latencies.max()), (100, 9001));
        assert_eq!(latencies.percentile(98.5), 3001);
    }

    #[test]
    fn what_is_no_histogram_is_none() {
        for value in [
            json!(null),
            json!({ "histogram_ns_count": [] }),
            json!({ "histogram_ns_count": [[1], "x", [-4, 2], [5, 0]] }),
        ] {
            assert_eq!(Recorded::read(&value), None);
        }
        let huge = json!({ "histogram_ns_count": [[1, u64::MAX], [2, u64::MAX]] });
        let recorded = Recorded::read(&huge).expect("latencies");
        assert_eq!(recorded.percentile(100.0), 1);
    }
}
