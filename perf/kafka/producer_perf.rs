use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::{Args, Parser};

use super::property::{self, pair};
use crate::perf::complaint::Complaint;
use crate::perf::outcome::Outcome;
use crate::perf::produce;
use crate::perf::progress::{MEBI, Voice};

/// Kafka's kafka-producer-perf-test.sh.
#[derive(Args, Debug, Clone)]
pub struct ProducerPerf {
    /// The servers to connect to
    #[arg(long, value_name = "BOOTSTRAP-SERVER")]
    bootstrap_server: Option<String>,
    /// Produce records to this topic
    #[arg(long, value_name = "TOPIC")]
    topic: String,
    /// Number of records to produce
    #[arg(long, value_name = "NUM-RECORDS")]
    num_records: u64,
    /// Records a second; -1: no limit
    #[arg(long, value_name = "THROUGHPUT", allow_negative_numbers = true)]
    throughput: f64,
    /// Bytes of a record
    #[arg(
        long,
        value_name = "RECORD-SIZE",
        required_unless_present = "payload_file"
    )]
    record_size: Option<usize>,
    /// Draw payloads from the lines of this file
    #[arg(long, value_name = "PAYLOAD-FILE", conflicts_with = "record_size")]
    payload_file: Option<PathBuf>,
    /// Properties of the producer
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = pair)]
    #[arg(visible_alias = "command-property")]
    producer_props: Vec<(String, String)>,
    /// File with properties of the producer
    #[arg(long, value_name = "CONFIG-FILE", visible_alias = "producer.config")]
    command_config: Option<PathBuf>,
    /// Milliseconds between two lines of progress
    #[arg(long, value_name = "INTERVAL-MS", default_value_t = 5000)]
    reporting_interval: u64,
}

/// What Kafka's producer does when nothing else is said, where our own tool does otherwise.
const DEFAULTS: [(&str, &str); 2] = [("batch.size", "16384"), ("linger.ms", "5")];

#[derive(Parser, Debug)]
struct Line {
    #[command(flatten)]
    options: produce::Options,
}

impl ProducerPerf {
    pub fn run(&self) -> Result<(), Complaint> {
        let options = self.translate()?;
        let every = self.reporting_interval.div_ceil(1000).max(1);
        let (outcome, fault) = produce::measure(&options, Some(Voice::KafkaProducer { every }))?;
        let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
        writeln!(stdout(), "{}", total(&outcome)).map_err(unwritable)?;
        fault.map_or(Ok(()), Err)
    }

    fn translate(&self) -> Result<produce::Options, Complaint> {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut pairs: Vec<_> = DEFAULTS.into_iter().map(owned).collect();
        pairs.extend(property::file(self.command_config.as_deref())?);
        pairs.extend(self.producer_props.iter().cloned());
        if let Some(servers) = &self.bootstrap_server {
            pairs.push(owned(("bootstrap.servers", servers)));
        }
        if property::last(&pairs, "bootstrap.servers").is_none() {
            return Err(Complaint::new(
                "At least one of --bootstrap-server, --command-property bootstrap.servers=... or \
                 --command-config must be given.",
            ));
        }
        let mut words = vec!["perf".to_owned()];
        words.extend(property::words(&pairs));
        words.extend(["--topic".to_owned(), self.topic.clone()]);
        words.extend(["--records".to_owned(), self.num_records.to_string()]);
        words.extend(["--warmup".to_owned(), "0s".to_owned()]);
        if let Some(size) = self.record_size {
            words.extend(["--record-size".to_owned(), size.to_string()]);
        }
        if let Some(file) = &self.payload_file {
            words.extend(["--payload-file".to_owned(), file.display().to_string()]);
        }
        if self.throughput > 0.0 {
            words.extend(["--rate".to_owned(), self.throughput.to_string()]);
        }
        let line = Line::try_parse_from(words);
        let refused = |error: clap::Error| Complaint(error.to_string().trim_end().to_owned());
        Ok(line.map_err(refused)?.options)
    }
}

/// The last line of `ProducerPerformance`.
fn total(outcome: &Outcome) -> String {
    let latencies = &outcome.collected.tally.latencies;
    let millis = |percent| latencies.percentile(percent) / 1_000_000;
    format!(
        "{} records sent, {:.6} records/sec ({:.2} MB/sec), {:.2} ms avg latency, {:.2} ms max \
         latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
        outcome.collected.tally.counts.records,
        outcome.records_per_second(),
        outcome.megabytes_per_second() * 1e6 / MEBI,
        latencies.mean() / 1e6,
        latencies.max() as f64 / 1e6,
        millis(50.0),
        millis(95.0),
        millis(99.0),
        millis(99.9),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::total;
    use crate::model::Instant;
    use crate::perf::conduct::Collected;
    use crate::perf::outcome::Outcome;
    use crate::perf::tally::{Counts, Tally};

    #[test]
    fn the_total_is_kafkas_line() {
        let mut tally = Tally::default();
        for millis in [1, 2, 3, 14] {
            tally.took(Instant(0), Instant(millis * 1_000_000), 1);
        }
        let counts = Counts {
            records: 4,
            payload_bytes: 4 << 20,
            ..Counts::default()
        };
        tally.count(Instant(2_000_000_000), &counts);
        let collected = Collected {
            tally,
            warmup: Duration::ZERO,
            ..Collected::default()
        };
        let expected = "4 records sent, 2.000000 records/sec (2.00 MB/sec), 5.00 ms avg latency, \
                        14.00 ms max latency, 2 ms 50th, 14 ms 95th, 14 ms 99th, 14 ms 99.9th.";
        assert_eq!(total(&Outcome::new("produce", collected)), expected);
    }
}
