use std::path::PathBuf;

use clap::Args;

/// How a broker is started. Everything unset comes from the file, then from the defaults.
#[derive(Args, Debug, Clone, Default, PartialEq, Eq)]
#[command(after_help = "Example:\n  corelane serve --data-dir /srv/corelane --listen 0.0.0.0:9092")]
pub struct Serve {
    /// Settings in the form of Kafka's server.properties
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where partitions are kept; may be given again [default: ./corelane-data]
    #[arg(long = "data-dir", value_name = "DIR", value_delimiter = ',')]
    pub data_dirs: Vec<PathBuf>,
    /// Address that clients connect to [default: 127.0.0.1:9092]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Executors, each pinned to a core [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub shards: Option<u16>,
    /// One setting, over those of the file; may be given again
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::property::pair)]
    pub set: Vec<(String, String)>,
}
