//! A broker to talk to: the binary itself, on a port and a directory of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::tool::{Said, finished};

pub struct Broker {
    dir: TempDir,
    port: u16,
    process: Child,
}

impl Broker {
    pub fn start() -> Broker {
        let dir = TempDir::new().expect("a temporary directory");
        let port = free_port();
        let process = serve(&dir, port);
        Broker { dir, port, process }
    }

    /// Runs a tool against this broker with `input` on its standard input.
    pub fn tool(&self, line: &str, input: &str) -> Said {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.tool_of_words(&words, input)
    }

    /// As [`Broker::tool`], for words that hold blanks.
    pub fn tool_of_words(&self, words: &[&str], input: &str) -> Said {
        let mut tool = self.begin(words);
        let mut stdin = tool.stdin.take().expect("it is piped");
        // A tool that does not read its input may be gone before it is written.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        finished(tool.wait_with_output().expect("it ends"))
    }

    /// Starts a tool, with pipes for all it reads and says.
    pub fn begin(&self, words: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_corelane"))
            .args(words)
            .args(["--bootstrap-server", &self.address()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary under test starts")
    }

    /// As [`Broker::tool`]; fails unless the tool succeeds, and gives what it printed.
    pub fn ok(&self, line: &str, input: &str) -> String {
        let said = self.tool(line, input);
        assert_eq!(said.code, Some(0), "{line}:\n{}", said.stderr);
        said.stdout
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Asks it to stop, waits, and gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.expect("kill is there").success());
        self.process.wait().expect("it was started here").code()
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it was started here");
    }

    pub fn start_again(&mut self) {
        self.process = serve(&self.dir, self.port);
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Returns once the broker has said that it is ready.
fn serve(dir: &TempDir, port: u16) -> Child {
    let mut process = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(["serve", "--shards", "1", "--listen"])
        .arg(format!("127.0.0.1:{port}"))
        .arg("--data-dir")
        .arg(dir.path().join("data"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let mut ready = String::new();
    let stdout = process.stdout.take().expect("it is piped");
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut ready).expect("it is text");
    assert!(!ready.is_empty(), "the broker ended before it was ready");
    // Whatever it says later must find a reader.
    std::thread::spawn(move || stdout.lines().for_each(drop));
    process
}
