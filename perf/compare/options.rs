use clap::Args;

use crate::perf::run::Changes;
use crate::perf::setup::Files;
use crate::perf::trial::Broker;

/// Pairs below which there is no verdict.
pub const PAIRS_MIN: u32 = 5;

/// Run a scenario against two or more brokers in turn, and tell how they differ.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// A scenario's name (`perf run --list` tells them) or file
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The first broker; its pid is found where it listens on this host
    #[arg(long, value_name = "NAME=HOST:PORT[,pid=N]", value_parser = Broker::parse)]
    pub a: Broker,
    /// The second
    #[arg(long, value_name = "NAME=HOST:PORT[,pid=N]", value_parser = Broker::parse)]
    pub b: Broker,
    /// A third
    #[arg(long, value_name = "NAME=HOST:PORT[,pid=N]", value_parser = Broker::parse)]
    pub c: Option<Broker>,
    /// A fourth
    #[arg(long, value_name = "NAME=HOST:PORT[,pid=N]", value_parser = Broker::parse)]
    pub d: Option<Broker>,
    /// Runs of each broker, after one to warm up; fewer than 5 give no verdict
    #[arg(long, value_name = "N", default_value_t = PAIRS_MIN)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub pairs: u32,
    #[command(flatten)]
    pub changes: Changes,
    #[command(flatten)]
    pub files: Files,
}

impl Options {
    pub fn brokers(&self) -> Vec<Broker> {
        let more = [self.c.clone(), self.d.clone()];
        let first = [self.a.clone(), self.b.clone()];
        first
            .into_iter()
            .chain(more.into_iter().flatten())
            .collect()
    }
}
