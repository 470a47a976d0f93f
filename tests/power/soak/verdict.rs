use std::fmt::{self, Display, Formatter, Write};

use serde_json::Value;

use super::gauge::Sample;

/// The last window's p99.99 may be so many times that of the first.
const RATIO_MAX: f64 = 2.0;

/// The last third's memory may be so many times that of the middle third.
const GROWTH_MAX: f64 = 1.1;

/// Share of the records asked for that each window is to reach.
const REACHED_MIN: f64 = 0.98;

/// The disk is to be fuller than this, always.
const FILL_MIN: f64 = 0.8;

/// What must be zero in the figures of a load.
const FAULTS: [&str; 11] = [
    "lost_records",
    "moved_records",
    "duplicated_records",
    "reordered_records",
    "corrupted_records",
    "deleted_records",
    "foreign_records",
    "offset_gaps",
    "missing_offsets",
    "corrupt_batches",
    "error_records",
];

/// One run of the measured load.
#[derive(Debug, Clone)]
pub struct Window {
    /// Milliseconds at 50, 99 and 99.99 percent, and the longest.
    latencies: [f64; 4],
    records_per_second: f64,
    faults: u64,
    host: String,
}

impl Window {
    pub fn of(figures: &Value) -> Window {
        let latency = |name: &str| figures["latency"][name].as_f64().unwrap_or(f64::NAN) / 1e6;
        let host = &figures["host"];
        let gibibytes = host["memory_bytes"].as_f64().unwrap_or_default() / f64::from(1 << 30);
        Window {
            latencies: ["p50_ns", "p99_ns", "p99_99_ns", "max_ns"].map(latency),
            records_per_second: figures["records_per_second"].as_f64().unwrap_or_default(),
            faults: faults(figures) + figures["unsent_records"].as_u64().unwrap_or_default(),
            host: format!(
                "{} cores of {}, {gibibytes:.0} GiB, Linux {}",
                host["cores"],
                host["cpu_model"].as_str().unwrap_or("a processor"),
                host["kernel"].as_str().unwrap_or("of some age"),
            ),
        }
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [p50, p99, p99_99, max] = self.latencies;
        let rate = self.records_per_second;
        write!(
            f,
            "{rate:.0} records/s, p50 {p50:.2} ms, p99 {p99:.1} ms, p99.99 {p99_99:.1} ms, \
             max {max:.1} ms"
        )
    }
}

fn faults(figures: &Value) -> u64 {
    let counts = FAULTS.iter().filter_map(|name| figures[name].as_u64());
    counts.sum()
}

/// All that a soak came to.
pub struct Soaked {
    pub minutes: u64,
    /// GiB
    pub disk: u64,
    pub seed: u64,
    /// Records a second, at most and as they were asked for.
    pub limit: f64,
    pub rate: u64,
    pub windows: Vec<Window>,
    pub samples: Vec<Sample>,
    pub beside: Vec<(&'static str, Result<Value, String>)>,
    pub stopped: Result<(), String>,
    /// The broker's own words.
    pub said: String,
}

/// The report as it grows, and whether all is well.
struct Report {
    text: String,
    is_good: bool,
}

impl Report {
    fn say(&mut self, line: impl Display) {
        let _ = writeln!(self.text, "{line}");
    }

    fn judge(&mut self, is_good: bool, line: impl Display) {
        let word = if is_good { "good" } else { "**BAD**" };
        self.say(format_args!("| {line} | {word} |"));
        self.is_good &= is_good;
    }
}

impl Soaked {
    /// In Markdown, and whether all that is judged is good.
    pub fn report(&self) -> (String, bool) {
        let mut report = Report {
            text: String::new(),
            is_good: true,
        };
        let host = self.windows.first().map_or("", |window| &window.host);
        report.say(format_args!(
            "# Soak of {} minutes on a disk of {} GiB\n\n\
             `scripts/soak --minutes {} --disk {} --seed {}`: {host}.\n\
             A broker of one shard on the first core, all clients on the second, ext4 on a loop \
             device;\nacks=all, every ack after a sync. 1 KiB records to 8 partitions in batches \
             of 64 KiB or 5 ms,\nopen loop, {} records/s: 80 % of {:.0}, the highest rate at which \
             p99 was within 200 ms\nin the same state. Beside it: 2,000 records/s with 1,000 keys \
             to a compacted topic,\n1,000 records/s that are verified, and two readers of the end \
             of the large topic.\n",
            self.minutes, self.disk, self.minutes, self.disk, self.seed, self.rate, self.limit
        ));
        self.tell_windows(&mut report);
        report.say("| Judged | |\n| --- | --- |");
        self.judge_latency(&mut report);
        self.judge_rate(&mut report);
        self.judge_samples(&mut report);
        self.judge_loads(&mut report);
        self.judge_words(&mut report);
        (report.text, report.is_good)
    }

    fn tell_windows(&self, report: &mut Report) {
        report.say("| Window | Records/s | p50 | p99 | p99.99 | Longest |");
        report.say("| --- | --- | --- | --- | --- | --- |");
        for (number, window) in self.windows.iter().enumerate() {
            let [p50, p99, p99_99, max] = window.latencies;
            report.say(format_args!(
                "| {} | {:.0} | {p50:.2} ms | {p99:.1} ms | {p99_99:.1} ms | {max:.1} ms |",
                number + 1,
                window.records_per_second
            ));
        }
        report.say("");
    }

    fn judge_latency(&self, report: &mut Report) {
        let (Some(first), Some(last)) = (self.windows.first(), self.windows.last()) else {
            return;
        };
        let ratio = |at: usize| last.latencies[at] / first.latencies[at];
        report.judge(
            ratio(2) <= RATIO_MAX,
            format_args!(
                "p99.99 of the last window by the first: {:.2} (at most {RATIO_MAX}); p99 {:.2}, \
                 p50 {:.2}",
                ratio(2),
                ratio(1),
                ratio(0)
            ),
        );
    }

    fn judge_rate(&self, report: &mut Report) {
        let rates = self.windows.iter().map(|window| window.records_per_second);
        let reached = rates.fold(f64::MAX, f64::min) / self.rate as f64;
        report.judge(
            reached >= REACHED_MIN,
            format_args!(
                "Records/s of the slowest window by those asked for: {reached:.3} (at least \
                 {REACHED_MIN})"
            ),
        );
    }

    fn judge_samples(&self, report: &mut Report) {
        let third = self.samples.len() / 3;
        let peak = |samples: &[Sample]| samples.iter().map(|sample| sample.resident).max();
        let thirds: Vec<f64> = (self.samples.chunks(third.max(1)).take(3))
            .map(|samples| peak(samples).unwrap_or_default() as f64 / f64::from(1 << 20))
            .collect();
        let growth = match thirds.as_slice() {
            [_, middle, last] => last / middle,
            _ => f64::NAN,
        };
        report.judge(
            growth <= GROWTH_MAX,
            format_args!(
                "Resident memory, largest of each third: {thirds:.0?} MiB; the last by the middle \
                 one: {growth:.2} (at most {GROWTH_MAX})"
            ),
        );
        let fills = self.samples.iter().map(|sample| sample.fill);
        let (low, high) = fills.fold((f64::MAX, 0.0_f64), |(low, high), fill| {
            (low.min(fill), high.max(fill))
        });
        report.judge(
            low > FILL_MIN && low <= 1.0,
            format_args!(
                "The disk was {:.1} % to {:.1} % full (more than 80 %)",
                low * 100.0,
                high * 100.0
            ),
        );
    }

    fn judge_loads(&self, report: &mut Report) {
        let wrong: u64 = self.windows.iter().map(|window| window.faults).sum();
        report.judge(
            wrong == 0,
            format_args!("Records of the large topic refused or not sent: {wrong}"),
        );
        for (name, found) in &self.beside {
            match found {
                Ok(found) => report.judge(
                    faults(found) == 0 && found["records"].as_u64() > Some(0),
                    format_args!(
                        "Beside it, {name}: {} records, {} lost, out of place, changed or refused",
                        found["records"],
                        faults(found)
                    ),
                ),
                Err(words) => report.judge(false, format_args!("Beside it, {words}")),
            }
        }
    }

    fn judge_words(&self, report: &mut Report) {
        for what in ["segments deleted", "segments compacted"] {
            let times = self.said.matches(what).count();
            report.judge(times > 0, format_args!("{what}: {times} times"));
        }
        let warns = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
        let warnings: Vec<&str> = self.said.lines().filter(warns).collect();
        let first = warnings.first().unwrap_or(&"");
        report.judge(
            warnings.is_empty() && !self.said.contains("panicked"),
            format_args!("Warnings of the broker: {} {first}", warnings.len()),
        );
        let stopped = match &self.stopped {
            Ok(()) => "It stopped cleanly",
            Err(words) => words,
        };
        report.judge(self.stopped.is_ok(), stopped);
    }
}
