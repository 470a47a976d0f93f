use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use regex::Regex;

use super::property::{self, NO_METRICS, check_plain, pair, say};
use crate::client::{Cluster, Settings};
use crate::io::uring;
use crate::model::Timestamp;
use crate::perf::complaint::Complaint;
use crate::perf::consume;
use crate::perf::date::{DEFAULT, Dates};
use crate::perf::progress::{MEBI, Voice};

const DETAILED_HEADER: &str = "time, threadId, data.consumed.in.MB, MB.sec, \
                               data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, \
                               fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec";
const HEADER: &str = "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, \
                      nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec";

/// Kafka's kafka-consumer-perf-test.sh. Partitions are assigned: the group is not joined.
#[derive(Args, Debug, Clone)]
pub struct ConsumerPerf {
    /// The servers to connect to
    #[arg(long, value_name = "SERVERS")]
    bootstrap_server: String,
    #[command(flatten)]
    subject: Subject,
    /// The number of records to consume, rounded up to whole polls of 500 as in Kafka's tool
    #[arg(long, value_name = "COUNT", visible_alias = "messages")]
    num_records: u64,
    /// The most to fetch from a single partition at once, in bytes
    #[arg(long, value_name = "SIZE", default_value_t = 1_048_576)]
    fetch_size: usize,
    /// Milliseconds without a record after which it ends
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    timeout: u64,
    /// Begin at the end
    #[arg(long)]
    from_latest: bool,
    /// Do not print the header
    #[arg(long)]
    hide_header: bool,
    /// Properties of the consumer
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    command_property: Vec<(String, String)>,
    /// File with properties of the consumer
    #[arg(long, value_name = "CONFIG-FILE", visible_alias = "consumer.config")]
    command_config: Option<PathBuf>,
    /// The group; named only
    #[arg(long, value_name = "GID")]
    group: Option<String>,
    /// Taken and not used: the kernel sizes socket buffers by itself
    #[arg(long, value_name = "SIZE")]
    socket_buffer_size: Option<u64>,
    /// How times are written: y, M, d, H, m, s and S of Java's SimpleDateFormat
    #[arg(long, value_name = "DATE-FORMAT", default_value = DEFAULT, value_parser = Dates::parse)]
    date_format: Dates,
    /// Print a line for each reporting interval in place of the last one
    #[arg(long)]
    show_detailed_stats: bool,
    /// Milliseconds between two such lines; whole seconds here
    #[arg(long, value_name = "INTERVAL-MS", default_value_t = 5000)]
    reporting_interval: u64,
    /// Says at the end that there are no metrics of the Java client here
    #[arg(long)]
    print_metrics: bool,
}

/// What is read: exactly one of the two.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false, id = "subject")]
struct Subject {
    /// The topic to consume from
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// A regular expression that one topic matches
    #[arg(long, value_name = "REGEX")]
    include: Option<String>,
}

#[derive(Parser, Debug)]
struct Line {
    #[command(flatten)]
    options: consume::Options,
}

/// Records of one poll of Kafka's consumer: its tool ends between two polls.
const POLL_RECORDS: u64 = 500;

impl ConsumerPerf {
    pub fn run(&self) -> Result<(), Complaint> {
        let options = self.translate()?;
        if !self.hide_header {
            say(if self.show_detailed_stats {
                DETAILED_HEADER
            } else {
                HEADER
            })?;
        }
        let voice = match self.show_detailed_stats {
            true => Voice::KafkaConsumer {
                every: self.reporting_interval.div_ceil(1000).max(1),
                dates: self.date_format.clone(),
            },
            false => Voice::Quiet,
        };
        let measured = consume::measure(&options, Some(voice))?;
        let counts = &measured.outcome.collected.tally.counts;
        if counts.records < self.num_records && measured.fault.is_none() {
            say(&format!(
                "WARNING: Exiting before consuming the expected number of records: timeout ({} \
                 ms) exceeded. You can use the --timeout option to increase the timeout.",
                self.timeout
            ))?;
        }
        if !self.show_detailed_stats {
            let total = Total {
                began: measured.outcome.collected.began.unwrap_or(Timestamp(0)),
                took: measured.outcome.collected.measured(),
                bytes: measured.findings.seen_bytes,
                records: counts.records,
            };
            say(&total.line(&self.date_format))?;
        }
        if self.print_metrics {
            say(NO_METRICS)?;
        }
        measured.fault.map_or(Ok(()), Err)
    }

    fn topic(&self) -> Result<String, Complaint> {
        let (topic, include) = (&self.subject.topic, &self.subject.include);
        let Some(pattern) = include else {
            return Ok(topic.clone().unwrap_or_default());
        };
        let wrong = |error| Complaint(format!("--include {pattern:?}: {error}"));
        let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(wrong)?;
        let servers = self.bootstrap_server.clone();
        let listed = uring::run_alone(async move {
            let cluster = Cluster::connect(&servers, Settings::default()).await?;
            cluster.describe(None, false).await
        });
        let view = listed?.map_err(Complaint::from)?;
        let names = view.topics.iter().map(|topic| topic.name.clone());
        let mut names = names.filter(|name| regex.is_match(name));
        match (names.next(), names.count()) {
            (Some(name), 0) => Ok(name),
            (None, _) => Err(Complaint(format!("no topic matches --include {pattern:?}"))),
            (Some(_), more) => Err(Complaint(format!(
                "{} topics match --include {pattern:?}, and one is read at a time: name it with \
                 --topic",
                more + 1
            ))),
        }
    }

    fn translate(&self) -> Result<consume::Options, Complaint> {
        let mut pairs = property::file(self.command_config.as_deref())?;
        pairs.extend(self.command_property.iter().cloned());
        check_plain(&pairs)?;
        let mut words = vec![
            "perf".to_owned(),
            "--check".to_owned(),
            "records".to_owned(),
        ];
        let mut say = |word: &str, value: String| words.extend([word.to_owned(), value]);
        say("--bootstrap-server", self.bootstrap_server.clone());
        let records = self.num_records.div_ceil(POLL_RECORDS) * POLL_RECORDS;
        say("--topic", self.topic()?);
        say("--records", records.to_string());
        say("--partition-bytes", self.fetch_size.to_string());
        for (key, word, unit) in [
            ("fetch.max.bytes", "--fetch-bytes", ""),
            ("fetch.min.bytes", "--min-bytes", ""),
            ("fetch.max.wait.ms", "--max-wait", "ms"),
        ] {
            if let Some(value) = property::last(&pairs, key) {
                say(word, format!("{value}{unit}"));
            }
        }
        if self.from_latest {
            words.push("--tail".to_owned());
        }
        let refused = |error: clap::Error| Complaint(error.to_string().trim_end().to_owned());
        let mut options = Line::try_parse_from(words).map_err(refused)?.options;
        options.idle = Some(Duration::from_millis(self.timeout));
        Ok(options)
    }
}

/// What `ConsumerPerformance` prints of a run.
struct Total {
    began: Timestamp,
    took: Duration,
    bytes: u64,
    records: u64,
}

impl Total {
    fn line(&self, dates: &Dates) -> String {
        let millis = i64::try_from(self.took.as_millis()).unwrap_or(i64::MAX);
        let seconds = self.took.as_secs_f64().max(0.001);
        let mebibytes = self.bytes as f64 / MEBI;
        // Nothing is balanced: all the time is that of fetching.
        format!(
            "{}, {}, {mebibytes:.4}, {:.4}, {}, {:.4}, 0, {millis}, {:.4}, {:.4}",
            dates.text(self.began),
            dates.text(Timestamp(self.began.0 + millis)),
            mebibytes / seconds,
            self.records,
            self.records as f64 / seconds,
            mebibytes / seconds,
            self.records as f64 / seconds,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{DEFAULT, Dates, Timestamp, Total};

    #[test]
    fn the_total_is_kafkas_line() {
        let total = Total {
            began: Timestamp(1_795_334_489_621),
            took: Duration::from_millis(2000),
            bytes: 4 << 20,
            records: 20_000,
        };
        assert_eq!(
            total.line(&Dates::parse(DEFAULT).expect("known letters")),
            "2026-11-22 08:01:29:621, 2026-11-22 08:01:31:621, 4.0000, 2.0000, 20000, \
             10000.0000, 0, 2000, 2.0000, 10000.0000"
        );
    }
}
