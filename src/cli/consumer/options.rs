use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgGroup, Args};

use crate::cli::bootstrap::Bootstrap;
use crate::cli::property;

/// Print the records of a topic.
#[derive(Args, Debug, Clone)]
#[command(group = ArgGroup::new("source").required(true).args(["topic", "include"]))]
#[command(after_help = "Example:\n  corelane console-consumer --topic web --from-beginning")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Topic to read
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Topics to read, as a regular expression; those made later too
    #[arg(
        long,
        value_name = "REGEX",
        alias = "whitelist",
        conflicts_with = "partition"
    )]
    pub include: Option<String>,
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
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_messages: Option<i64>,
    /// End when no record arrives for so many milliseconds [default: wait]
    #[arg(long, value_name = "MS", allow_hyphen_values = true)]
    pub timeout_ms: Option<i64>,
    /// Go on with the next record when one cannot be printed
    #[arg(long)]
    pub skip_message_on_error: bool,
    /// read_uncommitted or read_committed [default: read_uncommitted]
    #[arg(long, value_name = "LEVEL")]
    pub isolation_level: Option<String>,
    /// DefaultMessageFormatter, LoggingMessageFormatter or NoOpMessageFormatter
    #[arg(long, value_name = "CLASS")]
    pub formatter: Option<String>,
    /// What is printed: print.key=true, print.timestamp, print.offset, print.partition,
    /// print.headers, print.epoch, print.value, key.separator=<TAB>, line.separator,
    /// headers.separator, null.literal, key.deserializer, value.deserializer,
    /// headers.deserializer
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair, alias = "property")]
    pub formatter_property: Vec<(String, String)>,
    /// Properties file for the formatter
    #[arg(long, value_name = "FILE")]
    pub formatter_config: Option<PathBuf>,
    /// How keys become text: StringDeserializer, LongDeserializer, ...
    #[arg(long, value_name = "CLASS")]
    pub key_deserializer: Option<String>,
    /// How values become text
    #[arg(long, value_name = "CLASS")]
    pub value_deserializer: Option<String>,
    /// A setting of the consumer: fetch.max.wait.ms=100
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair)]
    #[arg(alias = "consumer-property")]
    pub command_property: Vec<(String, String)>,
    /// Taken, but groups are not served yet: one consumer reads all partitions
    #[arg(long, value_name = "NAME", conflicts_with = "partition")]
    pub group: Option<String>,
    /// Say on standard output when it ends
    #[arg(long, hide = true)]
    pub enable_systest_events: bool,
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
        match text.to_ascii_lowercase().as_str() {
            "earliest" => Ok(Start::Earliest),
            "latest" => Ok(Start::Latest),
            _ => match text.parse() {
                Ok(offset) if offset >= 0 => Ok(Start::At(offset)),
                _ => Err("expected earliest, latest, or a number from 0".to_owned()),
            },
        }
    }
}
