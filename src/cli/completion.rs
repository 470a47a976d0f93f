use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::command::Line;
use super::complaint::Complaint;

/// Print what a shell needs to complete commands and options
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  source <(corelane completion bash)")]
pub struct Completion {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints a script for the shell to read when it starts.
pub fn print(options: &Completion, out: &mut dyn Write) -> Result<(), Complaint> {
    let mut script = Vec::new();
    generate(options.shell, &mut Line::command(), "corelane", &mut script);
    out.write_all(&script)?;
    Ok(out.flush()?)
}
