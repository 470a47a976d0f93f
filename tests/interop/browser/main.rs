//! Pages that the binary makes, opened in a real browser: Debian's Chromium, without a window.
//!
//! `scripts/interop` installs it. A page passes when Chromium logs no word of any script or of
//! anything that was forbidden, and when its picture shows what should be there; both checks are
//! first shown pages that must fail them.

mod chromium;
mod png;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chromium::{Shown, show};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The colour of the first line of every chart, as the report's palette has it.
const FIRST: [u8; 3] = [0x00, 0x72, 0xB2];
const SECOND: [u8; 3] = [0xD5, 0x5E, 0x00];
const PAPER: [u8; 3] = [0xFF, 0xFF, 0xFF];

/// A broker that swallows, for as long as this is kept.
struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sink() -> (Sink, String) {
    let mut sink = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(["perf", "sink", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let stdout = sink.stdout.take().expect("it is piped");
    let mut line = String::new();
    let read = BufReader::new(stdout).read_line(&mut line);
    read.expect("it is text");
    let address = line.split([' ', ';']).nth(4).unwrap_or_default();
    (Sink(sink), address.to_owned())
}

fn corelane(dir: &Path, line: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .status()
        .expect("the binary under test starts");
    assert!(ran.success(), "{line}");
}

/// Whether there is a page at all: much paper, and the lines of charts.
fn is_drawn(shown: &Shown) -> bool {
    let all = shown.pixels.len();
    let paper = shown.count(PAPER);
    paper > all / 2 && paper < all * 99 / 100 && shown.count(FIRST) > 500
}

/// Two results: one of a run, and the same with words in it that are a page's own.
fn results(dir: &Path) {
    let (_sink, address) = sink();
    let to = format!("--bootstrap-server {address} --topic t --quiet");
    let line = format!("perf produce {to} --rate 5k --duration 3s --json run.json");
    corelane(dir, &format!("{line} --report one.html"));
    let run = std::fs::read(dir.join("run.json")).expect("the result");
    let mut run: Value = serde_json::from_slice(&run).expect("JSON");
    let hostile = "</script><script>nowhere()</script><img src=x onerror=nowhere()>";
    run["settings"]["topic"] = json!(hostile);
    run["broker"]["topic_settings"]["flush.messages"] = json!(hostile);
    run["sentence"] = json!(hostile);
    let compared = json!({
        "command": "compare", "name": hostile, "runs": [run.clone(), run],
        "ratios": { hostile: { "median": 1.5, "min": 0.8, "max": 2.0, "unit": "x" } },
    });
    std::fs::write(dir.join("hostile.json"), compared.to_string()).expect("room for it");
    corelane(dir, "perf report run.json hostile.json --out two.html");
}

#[test]
fn a_report_opens_without_a_complaint_and_shows_its_charts() {
    let dir = TempDir::new().expect("a temporary directory");
    results(dir.path());
    for (page, lines) in [("one.html", 1), ("two.html", 2)] {
        let shown = show(dir.path(), page);
        assert_eq!(shown.complaints, [""; 0], "{page}");
        assert!(is_drawn(&shown), "{page} is blank or has no lines");
        assert!(
            lines < 2 || shown.count(SECOND) > 500,
            "{page} has one line"
        );
    }
}

#[test]
fn a_page_with_a_fault_or_without_charts_fails_these_checks() {
    let dir = TempDir::new().expect("a temporary directory");
    let write = |name: &str, body: &str| {
        let page = format!("<!DOCTYPE html><title>t</title><body>{body}");
        std::fs::write(dir.path().join(name), page).expect("room for it");
    };
    write("broken.html", "<script>nowhere()</script>");
    write("words.html", "<p>words alone</p>");
    let broken = show(dir.path(), "broken.html");
    assert!(
        broken
            .complaints
            .iter()
            .any(|line| line.contains("nowhere is not defined"))
    );
    let words = show(dir.path(), "words.html");
    assert_eq!((words.complaints.len(), is_drawn(&words)), (0, false));
}
