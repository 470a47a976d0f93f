use core::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use crate::perf::amount;
use crate::perf::setup::Cores;

/// Swallow what producers send and feed consumers, to measure a client.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9099")]
    pub listen: SocketAddr,
    /// Partitions of every topic
    #[arg(long, value_name = "N", default_value_t = 16)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub partitions: u32,
    /// Bytes of a record that consumers are fed
    #[arg(long, value_name = "SIZE", default_value = "1KiB", value_parser = amount::range)]
    pub record_size: (usize, usize),
    /// Bytes of a batch that consumers are fed
    #[arg(long, value_name = "SIZE", default_value = "64KiB", value_parser = amount::bytes)]
    pub batch_bytes: usize,
    /// Time that each request takes, one after the other on an executor: a broker with a limit
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = amount::span)]
    pub service_time: Duration,
    /// Cores, one executor each [default: the first this process may use]
    #[arg(long, value_name = "LIST", value_parser = Cores::parse)]
    pub cores: Option<Cores>,
}
