use std::path::PathBuf;

use clap::Args;

/// Print what log and index files hold.
#[derive(Args, Debug, Clone)]
#[command(
    after_help = "Example:\n  corelane dump-log --print-data-log --files 00000000000000000000.log"
)]
pub struct Options {
    /// Files to print, separated by commas: .log .index .timeindex .txnindex .snapshot .checkpoint
    #[arg(long, value_name = "FILES", value_delimiter = ',', required = true)]
    pub files: Vec<PathBuf>,
    /// Print keys and values of the records
    #[arg(long)]
    pub print_data_log: bool,
    /// Print records, not only batches; implied by --print-data-log
    #[arg(long)]
    pub deep_iteration: bool,
    /// Leave out offset, time and sizes of records, and all control records
    #[arg(long)]
    pub skip_record_metadata: bool,
    /// Only check that an index is sane, as at the start of a broker
    #[arg(long)]
    pub index_sanity_check: bool,
    /// Check indexes against the log without printing their entries
    #[arg(long)]
    pub verify_index_only: bool,
    /// Read at most so many bytes of batches of each file
    #[arg(long, value_name = "BYTES", default_value_t = i32::MAX as u64)]
    #[arg(hide_default_value = true)]
    pub max_bytes: u64,
    /// Largest batch looked for behind an index entry
    #[arg(long, value_name = "BYTES", default_value_t = 5 * 1024 * 1024)]
    pub max_message_size: u64,
    /// Print values as records of __cluster_metadata, in JSON
    #[arg(long)]
    pub cluster_metadata_decoder: bool,
    /// How keys become text: StringDecoder, IntegerDecoder or LongDecoder
    #[arg(long, value_name = "CLASS", num_args = 0..=1, default_missing_value = "")]
    pub key_decoder_class: Option<String>,
    /// How values become text
    #[arg(long, value_name = "CLASS", num_args = 0..=1, default_missing_value = "")]
    pub value_decoder_class: Option<String>,
    /// Records of __consumer_offsets; not yet
    #[arg(long, hide = true)]
    pub offsets_decoder: bool,
    /// Records of __transaction_state; not yet
    #[arg(long, hide = true)]
    pub transaction_log_decoder: bool,
    /// Records of __share_group_state; not yet
    #[arg(long, hide = true)]
    pub share_group_state_decoder: bool,
    /// Records of __remote_log_metadata; not yet
    #[arg(long, hide = true)]
    pub remote_log_metadata_decoder: bool,
}

impl Options {
    /// Whether keys and values are printed: any decoder implies it.
    pub fn contents(&self) -> bool {
        let is_decoded = self.key_decoder_class.is_some() || self.value_decoder_class.is_some();
        self.print_data_log || self.cluster_metadata_decoder || is_decoded
    }

    pub fn deep(&self) -> bool {
        self.deep_iteration || self.contents()
    }
}
