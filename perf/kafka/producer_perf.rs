use std::path::PathBuf;

use clap::{Args, Parser};

use super::property::{self, NO_METRICS, pair, say};
use crate::perf::complaint::Complaint;
use crate::perf::latency::Latencies;
use crate::perf::outcome::Outcome;
use crate::perf::produce::{self, AsKafka};
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
    #[command(flatten)]
    payload: Payload,
    /// What is between the payloads of a file, a regular expression
    #[arg(long, value_name = "PAYLOAD-DELIMITER", default_value = "\\n")]
    payload_delimiter: String,
    /// Properties of the producer
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = pair)]
    #[arg(visible_alias = "command-property")]
    producer_props: Vec<(String, String)>,
    /// File with properties of the producer
    #[arg(long, value_name = "CONFIG-FILE", visible_alias = "producer.config")]
    command_config: Option<PathBuf>,
    /// Milliseconds between two lines of progress; whole seconds here
    #[arg(long, value_name = "INTERVAL-MS", default_value_t = 5000)]
    reporting_interval: u64,
    /// Records that are left out of a second summary, that of the steady state
    #[arg(long, value_name = "WARMUP-RECORDS", default_value_t = 0)]
    warmup_records: u64,
    /// Says at the end that there are no metrics of the Java client here
    #[arg(long)]
    print_metrics: bool,
    /// Transactions are not there yet: refused
    #[arg(long, value_name = "TRANSACTIONAL-ID")]
    transactional_id: Option<String>,
    /// Transactions are not there yet: refused
    #[arg(long, value_name = "TRANSACTION-DURATION")]
    transaction_duration_ms: Option<u64>,
}

/// What records hold: exactly one of the three.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false, id = "payload")]
struct Payload {
    /// Bytes of a record
    #[arg(long, value_name = "RECORD-SIZE")]
    record_size: Option<usize>,
    /// Draw payloads from the lines of this file
    #[arg(long, value_name = "PAYLOAD-FILE")]
    payload_file: Option<PathBuf>,
    /// Payloads are increasing integers
    #[arg(long)]
    payload_monotonic: bool,
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
        if self.warmup_records > 0 {
            say(&format!(
                "Warmup first {} records. Steady state results will print after the complete \
                 test summary.",
                self.warmup_records
            ))?;
        }
        let voice = Voice::KafkaProducer {
            every: self.reporting_interval.div_ceil(1000).max(1),
            warmup: self.warmup_records,
        };
        let (outcome, fault) = produce::measure(&options, Some(voice))?;
        say(&Summary::of(&outcome).line("records sent"))?;
        if let Some(summary) = Summary::of_steady(&outcome) {
            say(&summary.line("steady state records sent"))?;
        }
        if self.print_metrics {
            say(NO_METRICS)?;
        }
        fault.map_or(Ok(()), Err)
    }

    /// What this tool does not do, and what contradicts itself.
    fn check(&self, pairs: &[(String, String)]) -> Result<(), Complaint> {
        let is_transactional = self.transactional_id.is_some()
            || self.transaction_duration_ms.is_some()
            || property::last(pairs, "transactional.id").is_some();
        if is_transactional {
            return Err(Complaint::new(
                "Transactions cannot be measured yet: leave out --transactional-id, \
                 --transaction-duration-ms and transactional.id.",
            ));
        }
        if self.warmup_records > 0 && self.warmup_records >= self.num_records {
            return Err(Complaint::new(
                "The value for --warmup-records must be strictly fewer than the number of \
                 records in the test, --num-records.",
            ));
        }
        if property::last(pairs, "bootstrap.servers").is_none() {
            return Err(Complaint::new(
                "At least one of --bootstrap-server, --command-property, --producer-props, \
                 --producer.config or --command-config must be specified.",
            ));
        }
        Ok(())
    }

    fn translate(&self) -> Result<produce::Options, Complaint> {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut pairs: Vec<_> = DEFAULTS.into_iter().map(owned).collect();
        pairs.extend(property::file(self.command_config.as_deref())?);
        pairs.extend(self.producer_props.iter().cloned());
        if let Some(servers) = &self.bootstrap_server {
            pairs.push(owned(("bootstrap.servers", servers)));
        }
        self.check(&pairs)?;
        let mut words = vec!["perf".to_owned()];
        words.extend(property::words(&pairs));
        words.extend(["--topic".to_owned(), self.topic.clone()]);
        words.extend(["--records".to_owned(), self.num_records.to_string()]);
        words.extend(["--warmup".to_owned(), "0s".to_owned()]);
        if let Some(size) = self.payload.record_size {
            words.extend(["--record-size".to_owned(), size.to_string()]);
        }
        if let Some(file) = &self.payload.payload_file {
            words.extend(["--payload-file".to_owned(), file.display().to_string()]);
        }
        if self.throughput > 0.0 {
            words.extend(["--rate".to_owned(), self.throughput.to_string()]);
        }
        let line = Line::try_parse_from(words);
        let refused = |error: clap::Error| Complaint(error.to_string().trim_end().to_owned());
        let mut options = line.map_err(refused)?.options;
        options.kafka = AsKafka {
            warmup_records: self.warmup_records,
            delimiter: Some(self.payload_delimiter.clone()),
            counts: self.payload.payload_monotonic,
        };
        Ok(options)
    }
}

/// The last line of `ProducerPerformance`, and that of its steady state.
struct Summary<'a> {
    records: u64,
    payload_bytes: f64,
    seconds: f64,
    latencies: &'a Latencies,
}

impl Summary<'_> {
    fn of(outcome: &Outcome) -> Summary<'_> {
        let tally = &outcome.collected.tally;
        Summary {
            records: tally.counts.records,
            payload_bytes: tally.counts.payload_bytes as f64,
            seconds: outcome.collected.measured().as_secs_f64(),
            latencies: &tally.latencies,
        }
    }

    fn of_steady(outcome: &Outcome) -> Option<Summary<'_>> {
        let tally = &outcome.collected.tally;
        let steady = tally.steady.as_deref()?;
        let records = steady.latencies.count();
        // Records are alike, but for counted ones, which grow by a digit now and then.
        let mean_bytes = tally.counts.payload_bytes as f64 / tally.counts.records.max(1) as f64;
        Some(Summary {
            records,
            payload_bytes: records as f64 * mean_bytes,
            seconds: tally.last.since(steady.since).as_secs_f64(),
            latencies: &steady.latencies,
        })
    }

    fn line(&self, what: &str) -> String {
        let millis = |percent| self.latencies.percentile(percent) / 1_000_000;
        let per_second = |amount: f64| match self.seconds > 0.0 {
            true => amount / self.seconds,
            false => 0.0,
        };
        format!(
            "{} {what}, {:.6} records/sec ({:.2} MB/sec), {:.2} ms avg latency, {:.2} ms max \
             latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
            self.records,
            per_second(self.records as f64),
            per_second(self.payload_bytes) / MEBI,
            self.latencies.mean() / 1e6,
            self.latencies.max() as f64 / 1e6,
            millis(50.0),
            millis(95.0),
            millis(99.0),
            millis(99.9),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Summary;
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
        let outcome = Outcome::new("produce", collected);
        assert_eq!(Summary::of(&outcome).line("records sent"), expected);
    }
}
