use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::client::Acks;
use crate::perf::amount::{self, Rate};
use crate::perf::load::{KeyStyle, Partitioner};
use crate::perf::pace::Arrivals;
use crate::perf::setup::{Limits, Place, Result};
use crate::perf::target::Address;
use crate::records::Codec;

/// Send records and measure how fast and how soon they are acknowledged.
#[derive(Args, Debug, Clone)]
pub struct Options {
    #[command(flatten)]
    pub place: Place,
    /// Topics, NAME-0 and so on when there are more than one; all get alike
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub topics: u32,
    #[command(flatten)]
    pub records: Records,
    #[command(flatten)]
    pub sending: Sending,
    #[arg(skip)]
    pub kafka: AsKafka,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub result: Result,
}

/// What only Kafka's own tool asks for.
#[derive(Debug, Clone, Default)]
pub struct AsKafka {
    /// Records after which the steady state begins; 0 for none.
    pub warmup_records: u64,
    /// A regular expression between the records of a payload file.
    pub delimiter: Option<String>,
    /// Values are 0, 1, 2 and so on.
    pub counts: bool,
}

impl Options {
    pub fn address(&self) -> Address {
        Address {
            topics: self.topics,
            ..self.place.address()
        }
    }
}

/// What is sent.
#[derive(Args, Debug, Clone)]
pub struct Records {
    /// Bytes of a value: one size or a range
    #[arg(long, value_name = "SIZE", default_value = "1KiB", value_parser = amount::range)]
    pub record_size: (usize, usize),
    /// Draw values from the lines of this file
    #[arg(long, value_name = "FILE", conflicts_with = "record_size")]
    pub payload_file: Option<PathBuf>,
    /// Share of a value that is random: 1 cannot be compressed, 0 is all the same
    #[arg(long, value_name = "RATIO", default_value_t = 1.0)]
    pub entropy: f64,
    /// Keys: none, sequence, uniform:KEYS, zipf:KEYS[:EXPONENT], or first-word, that of a line
    /// of the payload file
    #[arg(long, value_name = "KEYS", default_value = "none", value_parser = KeyStyle::parse)]
    pub keys: KeyStyle,
    /// sticky, round-robin, hash or a partition's number [default: hash with keys, else sticky]
    #[arg(long, value_name = "HOW", value_parser = Partitioner::parse)]
    pub partitioner: Option<Partitioner>,
    /// Compression: none, gzip, snappy, lz4 or zstd
    #[arg(long, value_name = "CODEC", default_value = "none", value_parser = codec)]
    pub codec: Codec,
    /// Records and arrivals follow from this number
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// How it is sent.
#[derive(Args, Debug, Clone)]
pub struct Sending {
    /// Connections that send
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub producers: u32,
    /// Records a second (50k) or bytes a second (200MB/s), over all producers; without it, as
    /// fast as possible
    #[arg(long, value_name = "RATE", value_parser = amount::rate)]
    pub rate: Option<Rate>,
    /// Arrivals at a rate: constant or poisson
    #[arg(long, value_name = "HOW", default_value = "constant", value_parser = arrivals)]
    pub arrivals: Arrivals,
    /// A batch is full at so many bytes
    #[arg(long, value_name = "SIZE", default_value = "64KiB", value_parser = amount::bytes)]
    pub batch_bytes: usize,
    /// Bytes of batches in one request, one batch a partition
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = amount::bytes)]
    pub request_bytes: usize,
    /// How long a batch that is not full waits for more; of use with --rate
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = amount::span)]
    pub linger: Duration,
    /// Acknowledgements waited for: 0, 1 or all
    #[arg(long, value_name = "ACKS", default_value = "all", value_parser = acks)]
    #[arg(allow_hyphen_values = true)]
    pub acks: Acks,
    /// Requests of a producer that wait for their answers
    #[arg(long, value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub in_flight: u32,
    /// Whether producers have ids, so that brokers can tell duplicates [default: true where acks
    /// is all and at most 5 requests are in flight]
    #[arg(long, value_name = "BOOL")]
    pub idempotence: Option<bool>,
}

fn codec(name: &str) -> std::result::Result<Codec, String> {
    let unknown = || format!("{name:?} is not none, gzip, snappy, lz4 or zstd");
    Codec::from_name(name).ok_or_else(unknown)
}

pub fn acks(text: &str) -> std::result::Result<Acks, String> {
    Acks::parse(text).ok_or_else(|| format!("{text:?} is not 0, 1 or all"))
}

pub fn arrivals(text: &str) -> std::result::Result<Arrivals, String> {
    match text {
        "constant" => Ok(Arrivals::Constant),
        "poisson" => Ok(Arrivals::Poisson),
        _ => Err(format!("{text:?} is not constant or poisson")),
    }
}
