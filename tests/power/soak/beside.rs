use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::tool::corelane;

/// A load that goes on beside the one that is measured, in a process of its own.
pub struct Beside {
    pub name: &'static str,
    child: Child,
    json: PathBuf,
}

/// `corelane perf` on the client's core; what it found goes to a file.
pub fn perf(address: &str, words: &str, json: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "1"]).arg(corelane()).arg("perf");
    command.args(words.split_whitespace());
    command.args(["--cores", "1", "--bootstrap-server", address, "--json"]);
    command.arg(json).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Beside {
    pub fn begin(
        (name, words): (&'static str, &str),
        address: &str,
        dir: &Path,
    ) -> Result<Beside, String> {
        let json = dir.join(format!("{name}.json"));
        let child = perf(address, words, &json).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| error.to_string())?;
        Ok(Beside { name, child, json })
    }

    /// Waits until it has ended by itself, well.
    pub fn end(mut self) -> Result<Value, String> {
        let ended = self.child.wait().map_err(|error| error.to_string())?;
        let found = figures(&self.json)?;
        if ended.success() {
            return Ok(found);
        }
        let sentence = found["sentence"].as_str().unwrap_or_default();
        Err(format!("{} ended with {ended}: {sentence}", self.name))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After a proper end there is nobody left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `--json` wrote.
pub fn figures(json: &Path) -> Result<Value, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", json.display());
    let text = std::fs::read(json).map_err(|error| told(&error))?;
    serde_json::from_slice(&text).map_err(|error| told(&error))
}
