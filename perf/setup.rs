use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::amount;
use super::complaint::Complaint;
use super::conduct::Conduct;
use super::progress::Voice;
use super::report;
use super::target::Address;
use crate::io::{fs, uring};

/// How long a run is when nothing says so.
const DURATION: Duration = Duration::from_secs(10);
/// What is cut off the front of a run by time, when nothing says so.
const WARMUP: Duration = Duration::from_secs(1);

/// Where a run goes; the same words in every command.
#[derive(Args, Debug, Clone)]
pub struct Place {
    /// Brokers to ask first, separated by commas
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:9092")]
    pub bootstrap_server: String,
    /// Topic
    #[arg(long, value_name = "NAME")]
    pub topic: String,
    /// Make the topic with so many partitions when it is missing; use the first so many
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub partitions: Option<u32>,
    /// How long a broker may take to answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = amount::span)]
    pub request_timeout: Duration,
}

impl Place {
    pub fn address(&self) -> Address {
        Address {
            bootstrap: self.bootstrap_server.clone(),
            topic: self.topic.clone(),
            topics: 1,
            partitions: self.partitions,
            request_timeout: self.request_timeout,
        }
    }
}

/// When a run ends; the first of them, 10 seconds when none is given.
#[derive(Args, Debug, Clone, Default)]
pub struct Limits {
    /// End after so many records
    #[arg(long, value_name = "COUNT", value_parser = amount::count)]
    pub records: Option<u64>,
    /// End after so many bytes of records
    #[arg(long, value_name = "SIZE", value_parser = amount::bytes)]
    pub bytes: Option<usize>,
    /// End after so much time, the warm-up not counted [default: 10s unless a count is given]
    #[arg(long, value_name = "TIME", value_parser = amount::span)]
    pub duration: Option<Duration>,
    /// Time at the front that is not counted [default: 1s when the run ends by time, else 0]
    #[arg(long, value_name = "TIME", value_parser = amount::span)]
    pub warmup: Option<Duration>,
}

impl Limits {
    /// Records after which to end; `u64::MAX` for no such end.
    pub fn records(&self, mean_bytes: f64) -> u64 {
        let by_bytes = self
            .bytes
            .map(|bytes| (bytes as f64 / mean_bytes.max(1.0)).ceil() as u64);
        let by_count = self.records.unwrap_or(u64::MAX);
        by_count.min(by_bytes.unwrap_or(u64::MAX)).max(1)
    }

    fn is_counted(&self) -> bool {
        self.records.is_some() || self.bytes.is_some()
    }

    /// The time from the start to the end, warm-up included; `None` for no such end.
    pub fn span(&self) -> Option<Duration> {
        let measured = match self.duration {
            None if self.is_counted() => return None,
            given => given.unwrap_or(DURATION),
        };
        Some(measured + self.warmup())
    }

    pub fn warmup(&self) -> Duration {
        let default = match self.is_counted() && self.duration.is_none() {
            true => Duration::ZERO,
            false => WARMUP,
        };
        self.warmup.unwrap_or(default)
    }
}

/// Where a run's result goes and what it runs on; the same words in every command.
#[derive(Args, Debug, Clone, Default)]
pub struct Result {
    /// Cores for the client, one executor each: 3 or 2,3 or 0-3 [default: the last ones this
    /// process may use, no more than there are connections]
    #[arg(long, value_name = "LIST", value_parser = Cores::parse)]
    pub cores: Option<Cores>,
    /// The broker's process on this host, to state what CPU, memory and disk it took
    #[arg(long, value_name = "PID")]
    pub broker_pid: Option<u32>,
    #[command(flatten)]
    pub files: Files,
    /// Print the result only
    #[arg(long)]
    pub quiet: bool,
}

/// Files that a result is kept in; the same words in every command.
#[derive(Args, Debug, Clone, Default)]
pub struct Files {
    /// Write every figure to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report with charts to this file, and the histograms next to it as FILE.hlog
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
}

impl Files {
    /// Writes a result to the files that were asked for.
    pub fn keep(&self, result: &Value) -> std::result::Result<(), Complaint> {
        if let Some(path) = self.json.clone() {
            let bytes = serde_json::to_vec_pretty(result).unwrap_or_default();
            let shown = path.display().to_string();
            let written = uring::run_alone(async move { fs::write(&path, bytes).await })?;
            written.map_err(|error| Complaint(format!("cannot write {shown}: {error}")))?;
        }
        self.report
            .as_ref()
            .map_or(Ok(()), |path| report::write(path, result))
    }
}

impl Result {
    /// One executor for each core, at most `connections` of them.
    pub fn conduct(
        &self,
        warmup: Duration,
        connections: usize,
    ) -> std::result::Result<Conduct, Complaint> {
        let allowed = uring::allowed_cores()?;
        let cores = match &self.cores {
            Some(Cores(cores)) => {
                if let Some(core) = cores.iter().find(|core| !allowed.contains(core)) {
                    return Err(Complaint(format!(
                        "--cores {core}: this process may run on {allowed:?} only"
                    )));
                }
                cores.clone()
            }
            None => {
                let first = allowed.len().saturating_sub(connections.max(1));
                allowed.get(first..).unwrap_or(&allowed).to_vec()
            }
        };
        Ok(Conduct {
            cores,
            warmup,
            broker_pid: self.broker_pid,
            voice: match self.quiet {
                true => Voice::Quiet,
                false => Voice::Person,
            },
        })
    }
}

/// A list of cores.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cores(pub Vec<usize>);

impl Cores {
    pub fn parse(text: &str) -> std::result::Result<Cores, String> {
        let wrong = || format!("{text:?} is no list of cores: try 3 or 0,2 or 0-3");
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| wrong());
        let mut cores = Vec::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            if last < first || last - first > 1024 {
                return Err(wrong());
            }
            cores.extend(first..=last);
        }
        Ok(Cores(cores))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cores, Limits};

    #[test]
    fn a_run_ends_by_the_first_of_its_limits() {
        let mut limits = Limits::default();
        assert_eq!(limits.span(), Some(Duration::from_secs(11)));
        limits.records = Some(1000);
        assert_eq!((limits.span(), limits.warmup()), (None, Duration::ZERO));
        assert_eq!(limits.records(100.0), 1000);
        limits.bytes = Some(5000);
        assert_eq!(limits.records(100.0), 50);
        limits.duration = Some(Duration::from_secs(3));
        limits.warmup = Some(Duration::from_secs(2));
        assert_eq!(limits.span(), Some(Duration::from_secs(5)));
    }

    #[test]
    fn cores_are_lists_and_ranges() {
        assert_eq!(Cores::parse("1,4-6"), Ok(Cores(vec![1, 4, 5, 6])));
        assert!(Cores::parse("").is_err() && Cores::parse("3-1").is_err());
    }
}
