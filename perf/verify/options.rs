use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::client::Acks;
use crate::perf::amount::{self, Rate};
use crate::perf::produce::acks;
use crate::perf::setup::{Limits, Place, Result};

/// One half of a verification.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Part {
    Write,
    Read,
}

/// Write numbered records, read all back, and report what was lost, duplicated, reordered or
/// corrupted; brokers may be killed meanwhile.
#[derive(Args, Debug, Clone)]
pub struct Options {
    #[command(flatten)]
    pub place: Place,
    /// Bytes of a record; at least 32
    #[arg(long, value_name = "SIZE", default_value = "100", value_parser = amount::bytes)]
    pub record_size: usize,
    /// Producers, each of which writes to all partitions
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub producers: u32,
    /// Records a second over all producers; without it, as fast as possible
    #[arg(long, value_name = "RATE", value_parser = amount::rate)]
    pub rate: Option<Rate>,
    /// A batch is full at so many bytes
    #[arg(long, value_name = "SIZE", default_value = "16KiB", value_parser = amount::bytes)]
    pub batch_bytes: usize,
    /// How long a batch that is not full waits for more
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = amount::span)]
    pub linger: Duration,
    /// Acknowledgements waited for: 1 or all
    #[arg(long, value_name = "ACKS", default_value = "all", value_parser = acks)]
    #[arg(allow_hyphen_values = true)]
    pub acks: Acks,
    /// Whether producers have ids, so that brokers can tell duplicates
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub idempotence: bool,
    /// How long a batch is tried before it counts as not acknowledged
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = amount::span)]
    pub delivery_timeout: Duration,
    /// How long reading back waits for a broker that does not answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = amount::span)]
    pub patience: Duration,
    /// Keep what is acknowledged in this file, on another disk than the broker's, and hold what
    /// earlier runs kept there against the topic too: it outlives this process and the broker
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// With --ledger: only write, or only read back what it holds
    #[arg(long, value_name = "PART", requires = "ledger")]
    pub only: Option<Part>,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub result: Result,
}
