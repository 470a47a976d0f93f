//! The load tester as a shell meets it: against its own sink and against our broker.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::broker::Broker;
use crate::tool::{corelane, corelane_in};

/// A sink on a free port.
struct Sink {
    process: Child,
    address: String,
}

impl Sink {
    fn start() -> Sink {
        Sink::start_with("")
    }

    fn start_with(flags: &str) -> Sink {
        let mut process = Command::new(env!("CARGO_BIN_EXE_corelane"))
            .args(["perf", "sink", "--listen", "127.0.0.1:0"])
            .args(flags.split_whitespace())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary under test starts");
        let stdout = process.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it is text");
        let address = line.split([' ', ';']).nth(4).unwrap_or_default().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Sink { process, address }
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.expect("kill is there").success());
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs `perf` with a result file, and gives what it says and the result.
fn measured(address: &str, line: &str) -> (String, Value) {
    let dir = TempDir::new().expect("a temporary directory");
    let line = format!("perf {line} --bootstrap-server {address} --quiet --json run.json");
    let said = corelane_in(dir.path(), &line);
    assert_eq!(said.code, Some(0), "{line}:\n{}", said.stderr);
    let json = std::fs::read(dir.path().join("run.json")).expect("the result was written");
    let json = serde_json::from_slice(&json).expect("the result is JSON");
    (said.stdout, json)
}

#[test]
fn all_records_asked_for_are_sent_and_the_last_line_is_the_result() {
    let sink = Sink::start();
    for more in [
        "",
        "--rate 100k --linger 2ms --arrivals poisson",
        "--keys uniform:100 --codec lz4 --entropy 0.2",
        "--acks 0 --partitioner round-robin",
    ] {
        let line = format!("produce --topic t --records 20k --record-size 50-150 {more}");
        let (said, json) = measured(&sink.address, &line);
        assert_eq!(
            (&json["records"], &json["error_records"]),
            (&20_000.into(), &0.into())
        );
        let last = said.lines().last().unwrap_or_default();
        for word in [
            "records/s",
            "MB/s",
            "p50",
            "p99.9",
            "max",
            "client CPU",
            "-",
        ] {
            assert!(last.contains(word), "{word} is missing: {last}");
        }
        assert_eq!(json["sentence"], last);
    }
}

/// Runs `perf produce` for four seconds, of which the sink pauses one.
fn paused(line: &str) -> Value {
    let sink = Sink::start();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(1500));
            sink.signal("-STOP");
            thread::sleep(Duration::from_secs(1));
            sink.signal("-CONT");
        });
        let line = format!("produce --topic t --duration 4s --warmup 0s {line}");
        measured(&sink.address, &line).1
    })
}

/// A tool that starts its clock when a record is finally sent sees a few slow requests, however
/// many records had to wait.
#[test]
fn a_pause_of_the_broker_shows_in_the_p99_of_an_open_loop_and_hides_in_a_closed_one() {
    let nanos = |run: &Value, name: &str| run["latency"][name].as_u64().unwrap_or_default();
    let open = paused("--rate 1000 --record-size 100");
    assert!(nanos(&open, "p99_ns") > 500_000_000, "{}", open["sentence"]);
    assert_eq!(open["records"], 4000);
    // The pause is in its series too, second by second.
    let series = open["series"].as_array().expect("seconds");
    let slow = |row: &Value| row["max_ns"].as_u64().unwrap_or_default() > 500_000_000;
    assert!(series.iter().any(slow) && !series.iter().all(slow));
    let closed = paused("--record-size 100 --batch-bytes 1 --partitions 1");
    assert!(
        nanos(&closed, "max_ns") > 500_000_000,
        "{}",
        closed["sentence"]
    );
    assert!(
        nanos(&closed, "p99_ns") < 500_000_000,
        "{}",
        closed["sentence"]
    );
}

#[test]
fn what_was_produced_is_verified_consumed_and_seen() {
    let broker = Broker::start();
    let address = broker.address();
    let (_, verified) = measured(&address, "verify --topic v --partitions 3 --records 5000");
    for fault in ["lost", "moved", "duplicated", "reordered", "corrupted"] {
        assert_eq!(verified[format!("{fault}_records")], 0, "{fault}");
    }
    assert_eq!(verified["acknowledged_records"], verified["read_records"]);
    for check in ["batches", "crc", "records"] {
        let (_, read) = measured(&address, &format!("consume --topic v --check {check}"));
        assert_eq!(read["records"], verified["read_records"], "{check}");
        assert_eq!(
            (&read["offset_gaps"], &read["corrupt_batches"]),
            (&0.into(), &0.into())
        );
    }
    let line = "e2e --topic e --partitions 1 --records 200 --rate 500";
    let (_, seen) = measured(&address, line);
    assert_eq!(
        (&seen["latency"]["count"], &seen["visibility"]["count"]),
        (&200.into(), &200.into())
    );
    assert_eq!(seen["broker"]["topic_settings"]["flush.messages"], "1");
}

#[test]
fn the_highest_rate_within_a_bound_is_found() {
    let sink = Sink::start();
    let to = format!("--bootstrap-server {}", sink.address);
    // No rate can be answered within a nanosecond or so: the search goes down and ends.
    let points = "--first-rate 16 --p99 1us --halvings 1 --duration 200ms --warmup 0s";
    let said = corelane(&format!("perf find-limit --topic t {points} {to}"));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert_eq!(
        said.stdout.lines().last(),
        Some("No rate kept p99 within 1.00 us.")
    );
    assert!(said.stdout.lines().count() > 3, "{}", said.stdout);
}

/// A sink that takes 5 ms for a request, and a record a request: 200 a second and no more.
#[test]
fn the_knee_of_a_broker_with_a_limit_is_not_found_above_it() {
    let sink = Sink::start_with("--service-time 5ms");
    let dir = TempDir::new().expect("a temporary directory");
    let load = "--topic t --partitions 1 --record-size 10 --batch-bytes 1";
    let points = "--first-rate 50 --p99 200ms --halvings 1 --duration 1500ms --warmup 0s";
    let to = format!("--bootstrap-server {} --json limit.json", sink.address);
    let said = corelane_in(dir.path(), &format!("perf find-limit {load} {points} {to}"));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let json = std::fs::read(dir.path().join("limit.json")).expect("the result was written");
    let json: Value = serde_json::from_slice(&json).expect("the result is JSON");
    let points = json["points"].as_array().expect("points");
    let rate = |point: &Value| {
        point["rate_records_per_second"]
            .as_f64()
            .unwrap_or_default()
    };
    let kept = points.iter().filter(|point| point["kept"] == true);
    let knee = kept.map(rate).fold(0.0, f64::max);
    assert!(knee > 0.0 && knee < 300.0, "{}", said.stdout);
    assert!(points.iter().any(|point| point["kept"] == false));
    let last = said.stdout.lines().last().unwrap_or_default();
    assert!(
        last.starts_with(&format!("{knee:.0} records/s is the highest")),
        "{last}"
    );
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence() {
    let nowhere = "--bootstrap-server 127.0.0.1:1";
    let cases = [
        ("produce --topic t", "no broker answers at 127.0.0.1:1"),
        ("produce --topic t --entropy 2", "--entropy is a share"),
        (
            "produce --topic t --idempotence true --acks 1",
            "--idempotence true needs --acks all",
        ),
        ("produce --topic t --partitioner hash", "needs keys"),
        ("produce --topic t --rate fast", "try 50000, 50k or 200MB/s"),
        (
            "produce --topic t --batch-bytes 1GiB",
            "--batch-bytes: at most 32 MiB",
        ),
        (
            "produce --topic t --record-size 400-200",
            "the first of the two must be the smaller",
        ),
        ("produce --topic t --partitions 0", "--partitions"),
        ("produce --topic t --rate 0", "try 50000, 50k or 200MB/s"),
        (
            "produce --topic t --keys zipf:10:NaN",
            "zipf:KEYS[:EXPONENT]",
        ),
        ("produce --topic t --keys uniform:0", "uniform:KEYS"),
        (
            "produce --topic t --payload-file /nonexistent",
            "cannot read /nonexistent",
        ),
        (
            "e2e --topic t --record-size 1GiB",
            "--record-size: at most 16 MiB",
        ),
        (
            "verify --topic t --producers 1000 --batch-bytes 1MiB",
            "make --record-size, --batch-bytes or --producers smaller",
        ),
        ("verify --topic t --acks 0", "acknowledges nothing"),
        ("disk --data-dir /nonexistent", "cannot use /nonexistent"),
    ];
    for (line, words) in cases {
        let to = if line.starts_with("disk") {
            ""
        } else {
            nowhere
        };
        let said = corelane(&format!("perf {line} {to}"));
        assert_ne!(said.code, Some(0), "{line}");
        assert!(said.stderr.contains(words), "{line}:\n{}", said.stderr);
    }
}

/// What a run that ended early left in the directory: its JSON, once the report and the
/// histograms are seen to be there and whole.
fn kept(dir: &TempDir) -> Value {
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect(name);
    let (report, log) = (read("run.html"), read("run.hlog"));
    assert!(report.contains("<svg") && report.ends_with("</html>\n"));
    assert!(log.contains("\nTag=latency,"), "{log}");
    serde_json::from_str(&read("run.json")).expect("the result is JSON")
}

const KEPT_IN: &str = "--json run.json --report run.html";

/// Runs a command that ends early because `kill` is called after a second and a half.
fn ended_by(kill: impl FnOnce() + Send, address: &str, command: &str) {
    let dir = TempDir::new().expect("a temporary directory");
    let said = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(1500));
            kill();
        });
        let to = format!("--topic t --bootstrap-server {address} --warmup 0s --quiet {KEPT_IN}");
        corelane_in(dir.path(), &format!("perf {command} {to}"))
    });
    assert_eq!(said.code, Some(1), "{}", said.stdout);
    for words in ["The run ended early", "records/s"] {
        assert!(said.stdout.contains(words), "{}", said.stdout);
    }
    assert!(!said.stdout.contains("\n0 records/s"), "{}", said.stdout);
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    let json = kept(&dir);
    assert!(json["records"].as_u64() > Some(0) && json["fault"].is_string());
}

#[test]
fn a_broker_that_dies_ends_the_run_and_what_was_measured_is_kept() {
    let sink = Sink::start();
    ended_by(
        || sink.signal("-KILL"),
        &sink.address,
        "produce --duration 20s",
    );
}

/// What waits for a producer id must be given up in time, and reading back must end.
#[test]
fn a_verification_ends_though_its_broker_never_comes_back() {
    let mut broker = Broker::start();
    let address = broker.address();
    let times = "--delivery-timeout 1s --request-timeout 1s --patience 1s --duration 3s";
    let line = format!("verify --partitions 1 {times}");
    ended_by(|| broker.kill(), &address, &line);
}

#[test]
fn ctrl_c_ends_a_run_with_its_report_and_seconds_are_plain_lines_in_a_pipe() {
    let (sink, dir) = (
        Sink::start(),
        TempDir::new().expect("a temporary directory"),
    );
    let line = "perf produce --topic t --rate 2k --duration 1h --warmup 0s";
    let mut run = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(line.split(' ').chain(KEPT_IN.split(' ')))
        .args(["--bootstrap-server", &sink.address])
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let mut seconds = BufReader::new(run.stderr.take().expect("it is piped")).lines();
    let first = seconds.next().expect("a second").expect("it is text");
    for words in ["1 s", " records/s ", " MB/s  p50 ", "  p99 "] {
        assert!(first.contains(words), "{first}");
    }
    assert!(!first.contains(['\r', '\x1b']), "{first:?}");
    let asked = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(asked.expect("kill is there").success());
    seconds.for_each(drop);
    assert_eq!(run.wait().expect("it was started here").code(), Some(0));
    let json = kept(&dir);
    assert_eq!(
        (&json["was_interrupted"], &json["fault"]),
        (&true.into(), &Value::Null)
    );
    assert!(json["records"].as_u64() > Some(1000), "{}", json["records"]);
}

#[test]
fn ctrl_c_ends_the_measuring_of_a_disk_with_the_steps_taken() {
    let dir = TempDir::new().expect("a temporary directory");
    let line = "perf disk --data-dir . --file-bytes 16MiB --duration 1h --json run.json";
    let mut run = Command::new(env!("CARGO_BIN_EXE_corelane"))
        .args(line.split(' '))
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let mut lines = BufReader::new(run.stdout.take().expect("it is piped")).lines();
    let filled = lines.nth(1).expect("the first step").expect("it is text");
    assert!(filled.starts_with("fill "), "{filled}");
    let asked = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status();
    assert!(asked.expect("kill is there").success());
    let last = lines.last().expect("a sentence").expect("it is text");
    assert!(last.starts_with("This disk writes "), "{last}");
    assert_eq!(run.wait().expect("it was started here").code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .expect("the directory")
        .collect();
    assert_eq!(left.len(), 1, "the result only");
    let json = std::fs::read(dir.path().join("run.json")).expect("the result");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["was_interrupted"], true);
}
