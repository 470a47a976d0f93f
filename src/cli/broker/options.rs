use std::path::PathBuf;

use clap::Args;

use crate::cli::property;
use crate::cli::serve::Serve;

/// Run a broker with a file of settings, as kafka-server-start.sh does
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane server-start -daemon server.properties")]
pub struct Start {
    /// Settings in the form of Kafka's server.properties
    #[arg(value_name = "FILE")]
    pub config: PathBuf,
    /// One setting, over those of the file; may be given again
    #[arg(long = "override", value_name = "KEY=VALUE", value_parser = property::pair)]
    pub overrides: Vec<(String, String)>,
    /// Run in the background; also -daemon. What the broker says goes to kafkaServer.out in the
    /// directory of the variable LOG_DIR [default: ./logs]
    #[arg(long)]
    pub daemon: bool,
}

impl Start {
    /// The same broker in the words of `serve`.
    pub fn serve(self) -> Serve {
        Serve {
            config: Some(self.config),
            set: self.overrides,
            ..Serve::default()
        }
    }
}
