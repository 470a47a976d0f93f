use std::str::FromStr;

use clap::Args;

use crate::cli::bootstrap::Bootstrap;
use crate::cli::property;

/// Print the records of a topic.
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane console-consumer --topic web --from-beginning")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Topic to read
    #[arg(long, value_name = "NAME")]
    pub topic: String,
    /// Start with the oldest record instead of the next one to arrive
    #[arg(long, conflicts_with = "offset")]
    pub from_beginning: bool,
    /// Read only this partition
    #[arg(long, value_name = "N")]
    pub partition: Option<i32>,
    /// Where to start: a number, earliest or latest [default: latest]
    #[arg(
        long,
        value_name = "OFFSET",
        requires = "partition",
        allow_hyphen_values = true
    )]
    pub offset: Option<Start>,
    /// End after so many records [default: go on]
    #[arg(long, value_name = "N")]
    pub max_messages: Option<u64>,
    /// End when no record arrives for so many milliseconds [default: wait]
    #[arg(long, value_name = "MS")]
    pub timeout_ms: Option<u64>,
    /// What is printed: print.key=true, print.timestamp, print.offset, print.partition,
    /// print.headers, print.epoch, print.value, key.separator=<TAB>, line.separator,
    /// headers.separator, null.literal
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair, alias = "property")]
    pub formatter_property: Vec<(String, String)>,
    /// A setting of the consumer: fetch.max.wait.ms=100
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair)]
    #[arg(alias = "consumer-property")]
    pub command_property: Vec<(String, String)>,
    /// read_uncommitted or read_committed [default: read_uncommitted]
    #[arg(long, value_name = "LEVEL")]
    pub isolation_level: Option<String>,
}

/// Where reading a partition starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Earliest,
    Latest,
    At(i64),
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Start, String> {
        match text {
            "earliest" => Ok(Start::Earliest),
            "latest" => Ok(Start::Latest),
            _ => match text.parse() {
                Ok(offset) if offset >= 0 => Ok(Start::At(offset)),
                _ => Err("expected earliest, latest, or a number from 0".to_owned()),
            },
        }
    }
}
