//! Runs the binary and keeps what it said.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// One finished run.
#[derive(Debug)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// Runs `corelane` in `dir` with the words of `line` and no input.
pub fn corelane_in(dir: &Path, line: &str) -> Said {
    let ran = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .expect("the binary under test starts");
    finished(ran)
}

pub fn finished(ran: Output) -> Said {
    Said {
        stdout: String::from_utf8(ran.stdout).expect("stdout is text"),
        stderr: String::from_utf8(ran.stderr).expect("stderr is text"),
        code: ran.status.code(),
    }
}

pub fn corelane(line: &str) -> Said {
    corelane_in(&here(), line)
}

/// The folder of these tests.
pub fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")
}
