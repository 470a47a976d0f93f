use std::time::Duration;

use clap::Args;

use crate::perf::amount;
use crate::perf::complaint::Complaint;
use crate::perf::scenario::Scenario;
use crate::perf::setup::{Cores, Files};

/// Run a scenario: a workload with a name, or one from a file.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// A scenario's name (see --list) or file
    #[arg(value_name = "SCENARIO", required_unless_present = "list")]
    pub scenario: Option<String>,
    /// Tell the scenarios that are part of this program
    #[arg(long)]
    pub list: bool,
    /// Print the scenario instead of running it: a start for one of your own
    #[arg(long)]
    pub show: bool,
    /// Brokers to ask first, separated by commas
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:9092")]
    pub bootstrap_server: String,
    /// The broker's process on this host, to state what CPU, memory and disk it took [default:
    /// the one that listens at the port, if it is on this host]
    #[arg(long, value_name = "PID")]
    pub broker_pid: Option<u32>,
    #[command(flatten)]
    pub changes: Changes,
    #[command(flatten)]
    pub files: Files,
}

/// What a command line changes in a scenario.
#[derive(Args, Debug, Clone)]
pub struct Changes {
    /// Cores for the clients, as in the other commands
    #[arg(long, value_name = "LIST", value_parser = cores)]
    pub cores: Option<String>,
    /// How long each measured load that ends by time runs, the warm-up not counted
    #[arg(long, value_name = "TIME", value_parser = amount::span)]
    pub duration: Option<Duration>,
    /// Time at the front of these loads that is not counted
    #[arg(long, value_name = "TIME", value_parser = amount::span)]
    pub warmup: Option<Duration>,
    /// Give all loads that know it another value of a word: --set record-size=100
    #[arg(long, value_name = "WORD=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

fn cores(text: &str) -> Result<String, String> {
    Cores::parse(text).map(|_| text.to_owned())
}

fn setting(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=');
    let pair = pair.map(|(word, value)| (word.to_owned(), value.to_owned()));
    pair.ok_or_else(|| format!("{text:?} is not WORD=VALUE"))
}

impl Changes {
    pub fn apply(&self, scenario: &mut Scenario) -> Result<(), Complaint> {
        let micros = |span: Duration| format!("{}us", span.as_micros());
        if let Some(duration) = self.duration {
            scenario.set_timed("duration", &micros(duration));
        }
        if let Some(warmup) = self.warmup {
            scenario.set_timed("warmup", &micros(warmup));
        }
        for (word, value) in &self.set {
            scenario.set(word, value)?;
        }
        Ok(())
    }
}
