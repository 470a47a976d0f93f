use std::path::PathBuf;

use clap::Args;

/// Where the cluster is found; in every command that talks to one.
#[derive(Args, Debug, Clone)]
pub struct Bootstrap {
    /// Brokers to ask first, separated by commas
    #[arg(
        long,
        global = true,
        value_name = "HOST:PORT",
        default_value = "localhost:9092",
        alias = "broker-list",
        overrides_with = "bootstrap_server"
    )]
    pub bootstrap_server: String,
    /// Properties file for the client
    #[arg(long, global = true, value_name = "FILE")]
    #[arg(aliases = ["producer.config", "consumer.config"])]
    pub command_config: Option<PathBuf>,
}
