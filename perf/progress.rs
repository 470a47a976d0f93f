use std::io::{IsTerminal, Write, stderr, stdout};

use super::amount::{grouped, time};
use super::date::Dates;
use super::tally::{Counts, Row};
use crate::io::clock;

/// Bytes of what Kafka's tools call an MB.
pub const MEBI: f64 = 1_048_576.0;

/// How progress is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Voice {
    Quiet,
    /// One line a second on stderr: over itself on a terminal, below each other elsewhere.
    Person,
    /// On stdout every so many seconds, in the words of Kafka's `ProducerPerformance`.
    /// After `warmup` records it says that what follows is the steady state.
    KafkaProducer {
        every: u64,
        warmup: u64,
    },
    /// On stdout every so many seconds, in the words of Kafka's `ConsumerPerformance`.
    KafkaConsumer {
        every: u64,
        dates: Dates,
    },
}

/// Tells what each second brought.
#[derive(Debug)]
pub struct Progress {
    voice: Voice,
    is_terminal: bool,
    /// A line stands on the terminal that nothing ended yet.
    is_open: bool,
    /// Seconds that were not told yet, and what they brought.
    gathered: (u64, Row),
    /// What all seconds brought.
    sum: Counts,
}

impl Progress {
    pub fn new(voice: Voice) -> Progress {
        Progress {
            voice,
            is_terminal: stderr().is_terminal(),
            is_open: false,
            gathered: (0, Row::default()),
            sum: Counts::default(),
        }
    }

    pub fn tell(&mut self, second: u64, row: &Row, is_warm: bool) {
        // Progress is told to whoever listens; it is no matter when nobody does.
        let before = self.sum.records;
        self.sum.add(&row.counts);
        match &self.voice {
            Voice::Quiet => {}
            Voice::Person => {
                let line = line(second, row, is_warm);
                let _ = match self.is_terminal {
                    true => write!(stderr(), "\r\x1b[K{line}"),
                    false => writeln!(stderr(), "{line}"),
                };
                self.is_open = self.is_terminal;
            }
            Voice::KafkaProducer { every, warmup } => {
                if *warmup > 0 && before < *warmup && self.sum.records >= *warmup {
                    let _ = writeln!(stdout(), "In steady state.");
                }
                let every = *every;
                if let Some((seconds, row)) = self.gather(every, row) {
                    let _ = writeln!(stdout(), "{}", kafka_line(seconds, &row));
                }
            }
            Voice::KafkaConsumer { every, dates } => {
                let (every, dates) = (*every, dates.clone());
                if let Some((seconds, row)) = self.gather(every, row) {
                    let at = dates.text(clock::wall());
                    let line = consumer_line(&at, seconds, &row.counts, &self.sum);
                    let _ = writeln!(stdout(), "{line}");
                }
            }
        }
    }

    /// Puts a second to those before it; gives them all when they are `every` so many.
    fn gather(&mut self, every: u64, row: &Row) -> Option<(u64, Row)> {
        self.gathered.0 += 1;
        self.gathered.1.merge(row);
        (self.gathered.0 >= every).then(|| std::mem::take(&mut self.gathered))
    }

    /// What follows begins on a line of its own.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            let _ = writeln!(stderr());
        }
    }
}

/// A window of `ProducerPerformance.Stats`.
fn kafka_line(seconds: u64, row: &Row) -> String {
    let seconds = seconds as f64;
    format!(
        "{} records sent, {:.1} records/sec ({:.2} MB/sec), {:.1} ms avg latency, {:.1} ms max \
         latency.",
        row.counts.records,
        row.counts.records as f64 / seconds,
        row.counts.payload_bytes as f64 / seconds / MEBI,
        row.latencies.mean() / 1e6,
        row.latencies.max() as f64 / 1e6,
    )
}

/// A detailed line of `ConsumerPerformance`: all so far, and what the interval brought. Nothing is
/// balanced, so that all of it went into fetching.
fn consumer_line(at: &str, seconds: u64, brought: &Counts, sum: &Counts) -> String {
    let span = seconds as f64;
    let per_second = brought.payload_bytes as f64 / MEBI / span;
    let records = brought.records as f64 / span;
    format!(
        "{at}, 0, {:.4}, {per_second:.4}, {}, {records:.4}, 0, {}, {per_second:.4}, {records:.4}",
        sum.payload_bytes as f64 / MEBI,
        sum.records,
        seconds * 1000,
    )
}

fn line(second: u64, row: &Row, is_warm: bool) -> String {
    let counts = &row.counts;
    let percentile = |share| match row.latencies.count() {
        0 => "-".to_owned(),
        _ => time(row.latencies.percentile(share)),
    };
    let mut line = format!(
        "{second:>4} s  {:>11} records/s  {:>8.1} MB/s  p50 {:>8}  p99 {:>8}",
        grouped(counts.records),
        counts.payload_bytes as f64 / 1e6,
        percentile(50.0),
        percentile(99.0),
    );
    if counts.errors > 0 {
        line += &format!("  {} errors", grouped(counts.errors));
    }
    if !is_warm {
        line += "  (warm-up)";
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{Row, consumer_line, kafka_line, line};

    fn row() -> Row {
        let mut row = Row::default();
        row.counts.records = 5000;
        row.counts.payload_bytes = 10 << 20;
        row.latencies.record(2_000_000, 4999);
        row.latencies.record(40_000_000, 1);
        row
    }

    #[test]
    fn a_window_is_kafkas_line() {
        let expected = "5000 records sent, 1000.0 records/sec (2.00 MB/sec), 2.0 ms avg latency, \
                        40.0 ms max latency.";
        assert_eq!(kafka_line(5, &row()), expected);
    }

    #[test]
    fn an_interval_is_kafkas_detailed_line() {
        let (row, mut sum) = (row(), row().counts);
        sum.add(&row.counts);
        let at = "2026-11-22 09:55:15:489";
        assert_eq!(
            consumer_line(at, 5, &row.counts, &sum),
            "2026-11-22 09:55:15:489, 0, 20.0000, 2.0000, 10000, 1000.0000, 0, 5000, 2.0000, \
             1000.0000"
        );
    }

    #[test]
    fn a_second_says_what_it_brought_and_whether_it_counts() {
        let mut row = row();
        let told = line(3, &row, true);
        assert!(
            told.contains("5,000 records/s") && told.contains("p99  2.00 ms"),
            "{told}"
        );
        row.counts.errors = 7;
        assert!(line(3, &row, false).ends_with("7 errors  (warm-up)"));
    }
}
