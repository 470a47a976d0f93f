//! The broker under test: a child process and the directory it lives in.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::caller::Caller;

/// Longest wait for anything that should happen soon.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What outlives a run of the broker: its data, and what it said last.
pub struct Home {
    dir: TempDir,
    /// Descriptors that the broker may have open, where they are few.
    descriptors: Option<u32>,
}

impl Home {
    pub fn new() -> Home {
        let dir = tempfile::tempdir().expect("a directory for the broker");
        Home {
            dir,
            descriptors: None,
        }
    }

    /// A home whose brokers may have no more than so many descriptors open.
    pub fn with_descriptors(most: u32) -> Home {
        Home {
            descriptors: Some(most),
            ..Home::new()
        }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A path beside the data directory.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What the last broker that was started here said on standard error.
    pub fn words(&self) -> String {
        std::fs::read_to_string(self.beside("stderr")).unwrap()
    }

    /// `corelane serve` on this directory, two shards, a port of the kernel's choice.
    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let limits = self
            .descriptors
            .map_or(String::new(), |most| format!("ulimit -n {most}; "));
        command.args(["-c", &format!("{limits}exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_corelane"));
        command.args(["serve", "--data-dir"]).arg(self.data());
        let said = File::create(self.beside("stderr")).unwrap();
        command.args(more).stdin(Stdio::null()).stderr(said);
        command.env_remove("CORELANE_LOG");
        command
    }

    /// Starts a broker and waits until it is ready.
    pub fn start(&self, more: &[&str]) -> Broker {
        let mut usual = vec!["--listen", "127.0.0.1:0"];
        if !more.contains(&"--shards") {
            usual.extend(["--shards", "2"]);
        }
        let mut child = self
            .command(&[&usual[..], more].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the broker starts");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.split("PLAINTEXT://").nth(1);
        let address = address.and_then(|rest| rest.split(',').next()?.parse().ok());
        let Some(address) = address else {
            let _ = (child.kill(), child.wait());
            panic!("no ready line but {line:?}; {}", self.words());
        };
        let words = self.beside("stderr");
        Broker {
            child,
            address,
            words,
        }
    }

    /// Starts a broker that is expected to refuse: its exit code and its words.
    pub fn refused(&self, more: &[&str]) -> (Option<i32>, String) {
        let mut child = self.command(more).stdout(Stdio::null()).spawn().unwrap();
        let status = wait(&mut child, &self.beside("stderr"));
        (status.code(), self.words())
    }
}

/// A running broker; killed when dropped.
pub struct Broker {
    child: Child,
    pub address: SocketAddr,
    words: PathBuf,
}

impl Broker {
    /// Descriptors that are open now.
    pub fn descriptors(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        open.expect("a running broker").count()
    }

    pub fn call(&self) -> Caller {
        Caller::connect(self.address)
    }

    /// Memory of the process that is in RAM, bytes.
    pub fn resident_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the broker runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
        kib.expect("the kernel says how much") * 1024
    }

    /// What it said on standard error so far.
    pub fn words(&self) -> String {
        std::fs::read_to_string(&self.words).unwrap()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success(), "the signal is sent");
    }

    /// What it said so far, and what its shards count now; it must not have told that before.
    pub fn counts(&self) -> String {
        self.signal("USR1");
        until("the counts are told", || {
            let last = "corelane_longest_turn_seconds{shard=\"1\"}";
            self.words().contains(last)
        });
        self.words()
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self) -> ExitStatus {
        wait(&mut self.child, &self.words)
    }

    /// Sends TERM or INT and waits for the end.
    pub fn stop(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        wait(&mut self.child, &self.words)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
        if thread::panicking() {
            let said = std::fs::read_to_string(&self.words).unwrap_or_default();
            eprintln!("the broker said: {said}");
        }
    }
}

fn wait(child: &mut Child, words: &Path) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > PATIENCE {
            let _ = (child.kill(), child.wait());
            let said = std::fs::read_to_string(words).unwrap_or_default();
            panic!("still running after {PATIENCE:?}; it said: {said}");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The sum over all shards of a metric among [`Broker::counts`].
pub fn sum(words: &str, metric: &str) -> f64 {
    let prefix = format!("corelane_{metric}{{shard=");
    let lines = words.lines().filter(|line| line.starts_with(&prefix));
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}

/// Waits for something that happens in the background.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "not in {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
