use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::tool::{corelane, ours, run};

/// Longest time that a start or a stop may take, on a machine that is shared with many.
const PATIENCE: Duration = Duration::from_secs(300);

/// A broker process; killed when dropped.
pub struct Broker {
    child: Child,
    ready: mpsc::Receiver<bool>,
}

/// How a broker is started, the same each time.
pub struct Recipe {
    pub address: String,
    /// What brokers say, one life after the other.
    pub said: std::path::PathBuf,
    /// What starts the program, if not the system.
    launcher: &'static [&'static str],
    options: &'static [&'static str],
}

/// Retention must come to pass within the lives told here, and the journal go round.
const SHORT_LIFE: &[&str] = &[
    "--shards=2",
    "--set=corelane.journal.bytes=1048576",
    "--set=log.retention.check.interval.ms=200",
    "--set=auto.create.topics.enable=false",
];

impl Recipe {
    /// On a free port; what brokers say is kept in the directory.
    pub fn new(dir: &TempDir) -> Result<Recipe, String> {
        let port = run(&mut Command::new(ours("scripts/free-port")))?;
        Ok(Recipe {
            address: format!("127.0.0.1:{}", port.trim()),
            said: dir.path().join("said"),
            launcher: &[],
            options: SHORT_LIFE,
        })
    }

    /// With other options, and the first core for itself.
    pub fn on_first_core(
        dir: &TempDir,
        options: &'static [&'static str],
    ) -> Result<Recipe, String> {
        Ok(Recipe {
            launcher: &["taskset", "-c", "0"],
            options,
            ..Recipe::new(dir)?
        })
    }

    /// Starts a broker on a directory and does not wait until it is ready.
    pub fn begin(&self, data: &Path) -> Result<Broker, String> {
        let said = File::options().append(true).create(true).open(&self.said);
        let said = said.map_err(|error| error.to_string())?;
        let mut words: Vec<OsString> = self.launcher.iter().map(OsString::from).collect();
        words.push(corelane().into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(["serve", "--listen"]);
        command.arg(&self.address).arg("--data-dir").arg(data);
        command
            .args(self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(said);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (told, ready) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = out.read_line(&mut line);
            let _gone = told.send(read.is_ok() && line.contains(" ready: "));
            // The rest is read so that the broker can say it.
            let _end = std::io::copy(&mut out, &mut std::io::sink());
        });
        Ok(Broker { child, ready })
    }

    /// The last that brokers said.
    pub fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.said).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}

impl Broker {
    /// Waits until it serves.
    pub fn is_ready(&self) -> bool {
        self.ready.recv_timeout(PATIENCE) == Ok(true)
    }

    pub fn is_up(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "SIG{name} is sent");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the end of one that was asked to stop.
    pub fn end(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while self.is_up() {
            if start.elapsed() > PATIENCE {
                return Err("a clean stop does not end".to_owned());
            }
            thread::sleep(Duration::from_millis(5));
        }
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            ended => Err(format!("a clean stop ends with {ended:?}")),
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}
