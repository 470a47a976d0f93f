use std::path::PathBuf;

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
    /// Properties file for the reading of lines
    #[arg(long, value_name = "FILE")]
    pub reader_config: Option<PathBuf>,
    /// LineMessageReader, the only one there is here
    #[arg(long, value_name = "CLASS", hide = true)]
    pub line_reader: Option<String>,
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
    /// Send one line at a time and wait for its acknowledgement; end at the first failure
    #[arg(long)]
    pub sync: bool,
    /// Bytes of records gathered for a partition before they are sent [default: 16384]
    #[arg(long, value_name = "BYTES")]
    pub batch_size: Option<String>,
    /// The older name of --batch-size; it wins
    #[arg(long, value_name = "BYTES", hide = true)]
    pub max_partition_memory_bytes: Option<String>,
    /// Bytes of records that wait for acknowledgement before reading stops [default: 33554432]
    #[arg(long, value_name = "BYTES")]
    pub max_memory_bytes: Option<String>,
    /// Milliseconds a record waits for others [default: 1000]
    #[arg(long, value_name = "MS", alias = "linger")]
    pub timeout: Option<String>,
    /// Milliseconds a broker has to answer [default: 30000]
    #[arg(long, value_name = "MS")]
    pub request_timeout_ms: Option<String>,
    /// How often a batch is sent again [default: for two minutes, delivery.timeout.ms]
    #[arg(long, value_name = "N")]
    pub message_send_max_retries: Option<String>,
    /// Milliseconds before it is sent again [default: 100]
    #[arg(long, value_name = "MS")]
    pub retry_backoff_ms: Option<String>,
    /// Milliseconds to wait for a topic that is not there [default: 60000]
    #[arg(long, value_name = "MS")]
    pub max_block_ms: Option<String>,
    /// Taken and without effect: leaders are looked up when they change
    #[arg(long, value_name = "MS", hide = true)]
    pub metadata_expiry_ms: Option<u64>,
    /// Taken and without effect: the kernel sizes its buffers itself
    #[arg(long, value_name = "BYTES", hide = true)]
    pub socket_buffer_size: Option<i64>,
}

impl Options {
    /// What the options say in the names of settings. They win over those of
    /// `--command-property`, as in Kafka's tool.
    pub fn settings(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("acks", &self.request_required_acks),
            ("compression.type", &self.compression_codec),
            ("batch.size", &self.batch_size),
            ("batch.size", &self.max_partition_memory_bytes),
            ("buffer.memory", &self.max_memory_bytes),
            ("linger.ms", &self.timeout),
            ("request.timeout.ms", &self.request_timeout_ms),
            ("retries", &self.message_send_max_retries),
            ("retry.backoff.ms", &self.retry_backoff_ms),
            ("max.block.ms", &self.max_block_ms),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(key, value)| Some((key, value.as_deref()?)))
            .collect()
    }
}
