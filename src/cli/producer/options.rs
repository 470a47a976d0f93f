use clap::Args;

use crate::cli::bootstrap::Bootstrap;
use crate::cli::property;

/// Send lines of standard input to a topic.
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane console-producer --topic web < access.log")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Topic to send to
    #[arg(long, value_name = "NAME")]
    pub topic: String,
    /// How lines are read: parse.key=true, key.separator=<TAB>, parse.headers=true,
    /// headers.delimiter=<TAB>, headers.separator=',', headers.key.separator=':',
    /// null.marker=TEXT, ignore.error=true
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair, alias = "property")]
    pub reader_property: Vec<(String, String)>,
    /// A setting of the producer: acks=all, compression.type=lz4, linger.ms=5
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair)]
    #[arg(alias = "producer-property")]
    pub command_property: Vec<(String, String)>,
    /// Acknowledgements waited for: 0, 1, or all (-1) [default: all]
    #[arg(long, value_name = "ACKS", allow_hyphen_values = true)]
    pub request_required_acks: Option<String>,
    /// Compression: none, gzip, snappy, lz4 or zstd; gzip when no name follows
    #[arg(long, value_name = "CODEC", num_args = 0..=1, default_missing_value = "gzip")]
    pub compression_codec: Option<String>,
    /// Send one line at a time and wait for its acknowledgement
    #[arg(long)]
    pub sync: bool,
    /// Bytes of records gathered for a partition before they are sent [default: 16384]
    #[arg(long, value_name = "BYTES", alias = "max-partition-memory-bytes")]
    pub batch_size: Option<usize>,
    /// Milliseconds a record waits for others [default: 1000]
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    /// Milliseconds a broker has to answer [default: 1500]
    #[arg(long, value_name = "MS")]
    pub request_timeout_ms: Option<u64>,
}
