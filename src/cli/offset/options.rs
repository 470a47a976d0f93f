use std::str::FromStr;

use clap::Args;

use crate::cli::bootstrap::Bootstrap;

/// Print offsets of partitions as TOPIC:PARTITION:OFFSET.
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane get-offsets --topic web --time earliest")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Topics, as a regular expression [default: all]
    #[arg(long, value_name = "NAME", conflicts_with = "topic_partitions")]
    pub topic: Option<String>,
    /// Partition numbers, separated by commas [default: all]
    #[arg(
        long,
        value_name = "N,N",
        value_delimiter = ',',
        conflicts_with = "topic_partitions"
    )]
    pub partitions: Vec<i32>,
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
    pub time: Time,
    /// Leave out the broker's own topics
    #[arg(long)]
    pub exclude_internal_topics: bool,
}

/// The timestamp field of ListOffsets: from 0 a time, below 0 one of its special meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub i64);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Time, String> {
        let special = [
            "latest",
            "earliest",
            "max-timestamp",
            "earliest-local",
            "latest-tiered",
            "earliest-pending-upload",
        ];
        match special.into_iter().zip(1..).find(|(name, _)| *name == text) {
            Some((_, number)) => Ok(Time(-number)),
            None => text.parse().map(Time).map_err(|_| {
                "Malformed time argument. Please use -1 or latest / -2 or earliest / -3 or \
                 max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or \
                 earliest-pending-upload, or a specified long format timestamp"
                    .to_owned()
            }),
        }
    }
}
