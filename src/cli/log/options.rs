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
}

impl Options {
    pub fn deep(&self) -> bool {
        self.deep_iteration || self.print_data_log
    }
}
