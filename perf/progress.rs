use std::io::{IsTerminal, Write, stderr, stdout};

use super::amount::{grouped, time};
use super::tally::Row;

/// Bytes of what Kafka's tools call an MB.
pub const MEBI: f64 = 1_048_576.0;

/// How progress is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Voice {
    Quiet,
    /// One line a second on stderr: over itself on a terminal, below each other elsewhere.
    Person,
    /// On stdout every so many seconds, in the words of Kafka's `ProducerPerformance`.
    KafkaProducer {
        every: u64,
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
}

impl Progress {
    pub fn new(voice: Voice) -> Progress {
        Progress {
            voice,
            is_terminal: stderr().is_terminal(),
            is_open: false,
            gathered: (0, Row::default()),
        }
    }

    pub fn tell(&mut self, second: u64, row: &Row, is_warm: bool) {
        // Progress is told to whoever listens; it is no matter when nobody does.
        match self.voice {
            Voice::Quiet => {}
            Voice::Person => {
                let line = line(second, row, is_warm);
                let _ = match self.is_terminal {
                    true => write!(stderr(), "\r\x1b[K{line}"),
                    false => writeln!(stderr(), "{line}"),
                };
                self.is_open = self.is_terminal;
            }
            Voice::KafkaProducer { every } => {
                self.gathered.0 += 1;
                self.gathered.1.merge(row);
                if self.gathered.0 >= every {
                    let (seconds, row) = std::mem::take(&mut self.gathered);
                    let _ = writeln!(stdout(), "{}", kafka_line(seconds, &row));
                }
            }
        }
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

fn line(second: u64, row: &Row, is_warm: bool) -> String {
    let counts = &row.counts;
    let mut line = format!(
        "{second:>4} s  {:>11} records/s  {:>8.1} MB/s  p50 {:>8}  p99 {:>8}",
        grouped(counts.records),
        counts.payload_bytes as f64 / 1e6,
        time(row.latencies.percentile(50.0)),
        time(row.latencies.percentile(99.0)),
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
    use super::{Row, kafka_line, line};

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
