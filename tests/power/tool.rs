//! Running other programs and keeping what they said.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Seconds after which a program that should be done has failed.
const PATIENCE: &str = "150";

/// The binary under test.
pub fn corelane() -> PathBuf {
    std::env::var_os("CORELANE")
        .map_or_else(|| env!("CARGO_BIN_EXE_corelane").into(), PathBuf::from)
}

/// A file of the repository.
pub fn ours(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A subcommand of the binary that ends within [`PATIENCE`].
pub fn tool(words: &str) -> Command {
    let mut command = Command::new("timeout");
    command.args(["-k", "5", PATIENCE]).arg(corelane());
    command.args(words.split_whitespace()).stdin(Stdio::null());
    command
}

/// Runs to the end; gives what was said, as an error when the program failed.
pub fn run(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}").replace('"', "");
    let output = command
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    let Output { status, .. } = output;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{shown}: {status}\n{said}{complaint}"))
}
