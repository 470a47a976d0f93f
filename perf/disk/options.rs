use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::perf::amount;
use crate::perf::setup::Files;

/// Measure what a directory's disk can do: direct sequential writes and reads.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// Directory to write in; the file is removed at the end
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub data_dir: PathBuf,
    /// Length of the file that is written over and over
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = amount::bytes)]
    pub file_bytes: usize,
    /// Time for each step
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = amount::span)]
    pub duration: Duration,
    #[command(flatten)]
    pub files: Files,
}
