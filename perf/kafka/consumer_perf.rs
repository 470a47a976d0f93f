use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};

use super::property::{self, pair};
use crate::model::Timestamp;
use crate::perf::complaint::Complaint;
use crate::perf::consume;
use crate::perf::date::date;
use crate::perf::progress::{MEBI, Voice};

const HEADER: &str = "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, \
                      nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec";

/// Kafka's kafka-consumer-perf-test.sh. Partitions are assigned: the group is not joined.
#[derive(Args, Debug, Clone)]
pub struct ConsumerPerf {
    /// The servers to connect to
    #[arg(long, value_name = "SERVERS")]
    bootstrap_server: String,
    /// The topic to consume from
    #[arg(long, value_name = "TOPIC")]
    topic: String,
    /// The number of records to consume
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
}

#[derive(Parser, Debug)]
struct Line {
    #[command(flatten)]
    options: consume::Options,
}

impl ConsumerPerf {
    pub fn run(&self) -> Result<(), Complaint> {
        let options = self.translate()?;
        let measured = consume::measure(&options, Some(Voice::Quiet))?;
        let counts = &measured.outcome.collected.tally.counts;
        let mut text = String::new();
        if !self.hide_header {
            text += HEADER;
            text += "\n";
        }
        if counts.records < self.num_records && measured.fault.is_none() {
            text += &format!(
                "WARNING: Exiting before consuming the expected number of records: timeout ({} \
                 ms) exceeded. You can use the --timeout option to increase the timeout.\n",
                self.timeout
            );
        }
        let total = Total {
            began: measured.outcome.collected.began.unwrap_or(Timestamp(0)),
            took: measured.outcome.collected.measured(),
            bytes: measured.findings.seen_bytes,
            records: counts.records,
        };
        text += &total.line();
        let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
        writeln!(stdout(), "{text}").map_err(unwritable)?;
        measured.fault.map_or(Ok(()), Err)
    }

    fn translate(&self) -> Result<consume::Options, Complaint> {
        let mut pairs = property::file(self.command_config.as_deref())?;
        pairs.extend(self.command_property.iter().cloned());
        let mut words = vec![
            "perf".to_owned(),
            "--check".to_owned(),
            "records".to_owned(),
        ];
        let mut say = |word: &str, value: String| words.extend([word.to_owned(), value]);
        say("--bootstrap-server", self.bootstrap_server.clone());
        say("--topic", self.topic.clone());
        say("--records", self.num_records.to_string());
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
    fn line(&self) -> String {
        let millis = i64::try_from(self.took.as_millis()).unwrap_or(i64::MAX);
        let seconds = self.took.as_secs_f64().max(0.001);
        let mebibytes = self.bytes as f64 / MEBI;
        // Nothing is balanced: all the time is that of fetching.
        format!(
            "{}, {}, {mebibytes:.4}, {:.4}, {}, {:.4}, 0, {millis}, {:.4}, {:.4}",
            date(self.began),
            date(Timestamp(self.began.0 + millis)),
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

    use super::{Timestamp, Total};

    #[test]
    fn the_total_is_kafkas_line() {
        let total = Total {
            began: Timestamp(1_795_334_489_621),
            took: Duration::from_millis(2000),
            bytes: 4 << 20,
            records: 20_000,
        };
        assert_eq!(
            total.line(),
            "2026-11-22 08:01:29:621, 2026-11-22 08:01:31:621, 4.0000, 2.0000, 20000, \
             10000.0000, 0, 2000, 2.0000, 10000.0000"
        );
    }
}
