use std::path::PathBuf;

use clap::Args;

/// Make a report from the files of one or several runs.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// Files that --json wrote; several runs are drawn over each other
    #[arg(value_name = "FILE.json", required = true)]
    pub files: Vec<PathBuf>,
    /// The report to write; the histograms go next to it, as FILE.hlog
    #[arg(long, value_name = "FILE.html")]
    pub out: PathBuf,
}
