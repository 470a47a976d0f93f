use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::perf::amount;
use crate::perf::setup::{Limits, Place, Result};
use crate::perf::target::Address;

/// How closely a reader looks at what it reads.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Walk the batches by their headers; look for gaps between them
    Batches,
    /// The checksum of every batch too
    Crc,
    /// Every record too
    Records,
}

/// Read records and measure how fast they come.
#[derive(Args, Debug, Clone)]
pub struct Options {
    #[command(flatten)]
    pub place: Place,
    /// Topics, NAME-0 and so on when there are more than one; every group reads all
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub topics: u32,
    /// Begin at the end and wait for what is new; without it, begin at the beginning and end
    /// where the partitions end now
    #[arg(long)]
    pub tail: bool,
    /// Consumers of a group, which share the partitions
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub consumers: u32,
    /// Groups, each of which reads everything
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub groups: u32,
    /// How closely to look
    #[arg(long, value_enum, default_value_t = Check::Crc)]
    pub check: Check,
    /// Bytes of one answer [default: 50MiB, less where many consumers share the memory]
    #[arg(long, value_name = "SIZE", value_parser = amount::bytes)]
    pub fetch_bytes: Option<usize>,
    /// Bytes of one partition in an answer
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = amount::bytes)]
    pub partition_bytes: usize,
    /// Bytes that a broker waits for before it answers
    #[arg(long, value_name = "SIZE", default_value = "1", value_parser = amount::bytes)]
    pub min_bytes: usize,
    /// How long a broker waits for them
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = amount::span)]
    pub max_wait: Duration,
    /// End when nothing came for so long, and not where the partitions end now
    #[arg(long, value_name = "TIME", value_parser = amount::span)]
    pub idle: Option<Duration>,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub result: Result,
}

impl Options {
    pub fn address(&self) -> Address {
        Address {
            topics: self.topics,
            ..self.place.address()
        }
    }

    /// A reader from the beginning for which nothing else is said ends at the end.
    pub fn is_bounded_by_end(&self) -> bool {
        !self.tail && self.idle.is_none()
    }

    pub fn span(&self) -> Option<Duration> {
        let ends_otherwise = self.is_bounded_by_end() || self.idle.is_some();
        match ends_otherwise && self.limits.duration.is_none() {
            true => None,
            false => self.limits.span(),
        }
    }

    pub fn warmup(&self) -> Duration {
        match self.span() {
            Some(_) => self.limits.warmup(),
            None => self.limits.warmup.unwrap_or_default(),
        }
    }
}
