use clap::Args;

use crate::cli::bootstrap::Bootstrap;

/// Print offsets of partitions as TOPIC:PARTITION:OFFSET.
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane get-offsets --topic web --time earliest")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Topics, as a regular expression [default: all]
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Partition numbers, separated by commas [default: all]
    #[arg(long, value_name = "N,N")]
    pub partitions: Option<String>,
    /// Topics with partitions: web:1,logs:0-3,old:5-,.*:-3
    #[arg(long, value_name = "LIST")]
    pub topic_partitions: Option<String>,
    /// latest (-1), earliest (-2), max-timestamp (-3), earliest-local (-4), latest-tiered (-5),
    /// earliest-pending-upload (-6), or a time in milliseconds since 1970
    #[arg(
        long,
        value_name = "TIME",
        default_value = "latest",
        allow_hyphen_values = true
    )]
    pub time: String,
    /// Leave out the broker's own topics
    #[arg(long)]
    pub exclude_internal_topics: bool,
}
