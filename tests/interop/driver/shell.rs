//! Running other programs and keeping what they said.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the repository.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of programs: tests/interop/NAME.
pub fn programs(name: &str) -> PathBuf {
    top().join("tests/interop").join(name)
}

/// Runs to the end; an error is the command and the last lines of what it said.
pub fn run(command: &mut Command) -> Result<String, String> {
    let words = format!("{command:?}").replace('"', "");
    let output = command
        .output()
        .map_err(|error| format!("{words}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = tail(&format!("{said}{complaint}"), 20);
    Err(format!("{words}: {}\n{last}", output.status))
}

pub fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
