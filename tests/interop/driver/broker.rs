//! A release build of the broker, started on a port of the kernel's choice and stopped by SIGTERM.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::shell::tail;

const PATIENCE: Duration = Duration::from_secs(30);

pub struct Broker {
    pub shards: u16,
    pub address: String,
    pub data: PathBuf,
    child: Child,
    log: PathBuf,
}

impl Broker {
    /// Waits until it says that it is ready.
    pub fn start(binary: &Path, shards: u16, dir: &Path) -> Result<Broker, String> {
        let (data, log) = (
            dir.join(format!("data-{shards}")),
            dir.join(format!("broker-{shards}")),
        );
        let file = File::create(&log).map_err(|error| error.to_string())?;
        let again = file.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data);
        command.args(["--shards", &shards.to_string()]);
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(again)
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut broker = Broker {
            shards,
            address: String::new(),
            data,
            child,
            log,
        };
        broker.address = broker.ready()?;
        Ok(broker)
    }

    fn ready(&mut self) -> Result<String, String> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.is_up() {
            let said = self.said();
            let line = said
                .lines()
                .find(|line| line.contains(" ready: PLAINTEXT://"));
            let address =
                line.and_then(|line| line.split("PLAINTEXT://").nth(1)?.split(',').next());
            if let Some(address) = address {
                return Ok(address.to_owned());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(self.complaint("is not ready"))
    }

    pub fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn complaint(&self, what: &str) -> String {
        let last = tail(&self.said(), 40);
        format!(
            "the broker with {} shard(s) {what}; it said last:\n{last}",
            self.shards
        )
    }

    /// Stops it as an init system does; wrong is an end before that, a panic, or a failed stop.
    pub fn stop(mut self) -> Result<(), String> {
        if !self.is_up() {
            return Err(self.complaint("ended by itself"));
        }
        let kill = format!("kill -TERM {}", self.child.id());
        crate::shell::run(Command::new("sh").args(["-c", &kill]))?;
        let start = Instant::now();
        while self.is_up() {
            if start.elapsed() > PATIENCE {
                return Err(self.complaint("does not stop"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        let ended = self.child.wait().map_err(|error| error.to_string())?;
        if !ended.success() {
            return Err(self.complaint(&format!("stopped with {ended}")));
        }
        if self.said().contains("panicked") {
            return Err(self.complaint("panicked"));
        }
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // After a proper stop there is nobody left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
