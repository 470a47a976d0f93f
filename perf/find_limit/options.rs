use std::time::Duration;

use clap::Args;

use crate::perf::{amount, produce};

/// Raise the rate until a bound breaks; print the knee and the curve.
#[derive(Args, Debug, Clone)]
#[group(skip)]
pub struct Options {
    /// The p99 latency that must not be passed
    #[arg(long, value_name = "TIME", default_value = "10ms", value_parser = amount::span)]
    pub p99: Duration,
    /// Records that may be refused or lost at each point, for each million
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub errors_per_million: u64,
    /// Records a second of the first point
    #[arg(long, value_name = "RATE", default_value = "1000", value_parser = amount::count)]
    pub first_rate: u64,
    /// How often the gap around the knee is halved
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub halvings: u32,
    #[command(flatten)]
    pub produce: produce::Options,
}
