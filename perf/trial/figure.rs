use serde_json::Value;

use crate::perf::amount::{grouped, time};

/// How a figure is written for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    Whole,
    Number,
    Nanos,
    Bytes,
}

/// A number that results are compared by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Figure {
    /// In JSON, with its unit.
    pub key: &'static str,
    /// In tables.
    pub title: &'static str,
    /// Where a run's result has it.
    pointer: &'static str,
    unit: Unit,
}

const fn figure(
    key: &'static str,
    title: &'static str,
    pointer: &'static str,
    unit: Unit,
) -> Figure {
    Figure {
        key,
        title,
        pointer,
        unit,
    }
}

/// All of them, in the order of tables.
pub const FIGURES: [Figure; 17] = [
    figure(
        "records_per_second",
        "records/s",
        "/records_per_second",
        Unit::Whole,
    ),
    figure(
        "payload_megabytes_per_second",
        "MB/s",
        "/payload_megabytes_per_second",
        Unit::Number,
    ),
    figure("latency_p50_ns", "p50", "/latency/p50_ns", Unit::Nanos),
    figure("latency_p99_ns", "p99", "/latency/p99_ns", Unit::Nanos),
    figure(
        "latency_p99_9_ns",
        "p99.9",
        "/latency/p99_9_ns",
        Unit::Nanos,
    ),
    figure("latency_max_ns", "max", "/latency/max_ns", Unit::Nanos),
    figure(
        "visibility_p50_ns",
        "seen p50",
        "/visibility/p50_ns",
        Unit::Nanos,
    ),
    figure(
        "visibility_p99_ns",
        "seen p99",
        "/visibility/p99_ns",
        Unit::Nanos,
    ),
    figure(
        "visibility_p99_9_ns",
        "seen p99.9",
        "/visibility/p99_9_ns",
        Unit::Nanos,
    ),
    figure(
        "broker_cpu_seconds_per_gb",
        "broker CPU-s/GB",
        "/broker_process/cpu_seconds_per_gb",
        Unit::Number,
    ),
    figure(
        "broker_cpu_seconds_per_million_records",
        "broker CPU-s/M records",
        "/broker_process/cpu_seconds_per_million_records",
        Unit::Number,
    ),
    figure(
        "broker_cpu_seconds_per_million_requests",
        "broker CPU-s/M requests",
        "/broker_process/cpu_seconds_per_million_requests",
        Unit::Number,
    ),
    figure(
        "broker_disk_written_bytes_per_payload_byte",
        "disk bytes/byte",
        "/broker_process/disk_written_bytes_per_payload_byte",
        Unit::Number,
    ),
    figure(
        "broker_disk_read_bytes",
        "disk bytes read",
        "/broker_process/disk_read_bytes",
        Unit::Bytes,
    ),
    figure(
        "broker_rss_peak_bytes",
        "broker RSS peak",
        "/broker_process/rss_peak_bytes",
        Unit::Bytes,
    ),
    figure(
        "broker_context_switches_per_million_records",
        "switches/M records",
        "/broker_process/context_switches_per_million_records",
        Unit::Whole,
    ),
    figure(
        "client_cpu_seconds_per_gb",
        "client CPU-s/GB",
        "/client/process_cpu_seconds_per_gb",
        Unit::Number,
    ),
];

impl Figure {
    /// The figure of this key, which is one of [`FIGURES`].
    pub fn named(key: &str) -> &'static Figure {
        let found = FIGURES.iter().find(|figure| figure.key == key);
        found.expect("the keys in this program are those of the table")
    }

    /// What a run's result says; `None` where it does not have this. A latency of 0 was not
    /// measured.
    pub fn of(&self, run: &Value) -> Option<f64> {
        let number = run.pointer(self.pointer)?.as_f64()?;
        (self.unit != Unit::Nanos || number > 0.0).then_some(number)
    }

    pub fn text(&self, number: f64) -> String {
        match self.unit {
            Unit::Whole => grouped(number.round() as u64),
            Unit::Nanos => time(number as u64),
            Unit::Bytes if number >= 1e9 => format!("{:.2} GB", number / 1e9),
            Unit::Bytes => format!("{:.1} MB", number / 1e6),
            Unit::Number => digits(number),
        }
    }
}

/// Three digits or so.
pub fn digits(number: f64) -> String {
    match number {
        _ if number >= 100.0 => format!("{number:.0}"),
        _ if number >= 10.0 => format!("{number:.1}"),
        _ if number >= 0.9995 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Figure;

    #[test]
    fn figures_are_found_in_results_and_written_with_their_units() {
        let run = json!({
            "records_per_second": 1234567.6,
            "latency": { "p50_ns": 1_500_000, "p99_ns": 0 },
            "broker_process": { "rss_peak_bytes": 123_400_000u64, "cpu_seconds_per_gb": null },
        });
        let told = |key: &str| {
            let figure = Figure::named(key);
            figure.of(&run).map(|number| figure.text(number))
        };
        assert_eq!(told("records_per_second").as_deref(), Some("1,234,568"));
        assert_eq!(told("latency_p50_ns").as_deref(), Some("1.50 ms"));
        assert_eq!(told("latency_p99_ns"), None);
        assert_eq!(told("broker_rss_peak_bytes").as_deref(), Some("123.4 MB"));
        assert_eq!(told("broker_cpu_seconds_per_gb"), None);
    }
}
