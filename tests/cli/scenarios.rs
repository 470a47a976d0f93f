//! `perf run` and `perf compare` as a shell meets them: scenarios from a file, against brokers.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::broker::Broker;
use crate::tool::{Said, corelane, corelane_in};

const SCENARIO: &str = r#"
about = "a little of everything"

[all]
partitions = 2
record-size = "100"

[[step]]
name = "write"

[[step.load]]
perf = "produce"
records = 2000
batch-bytes = ["1KiB", "16KiB"]

[[step]]
name = "read"

[[step.first]]
perf = "produce"
name = "fill"
records = 3000

[[step.load]]
perf = "consume"

[[step.load]]
perf = "produce"
name = "background"
rate = "50% of write"
duration = "1m"
warmup = "0s"
"#;

fn folder() -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    fs::write(dir.path().join("s.toml"), SCENARIO).expect("it is writable");
    dir
}

fn done(dir: &Path, line: &str) -> (String, Value) {
    let said = corelane_in(dir, &format!("perf {line} --json out.json"));
    assert_eq!(
        said.code,
        Some(0),
        "{line}:\n{}{}",
        said.stdout,
        said.stderr
    );
    let json = fs::read(dir.join("out.json")).expect("the result was written");
    let json = serde_json::from_slice(&json).expect("the result is JSON");
    (said.stdout, json)
}

#[test]
fn a_scenario_is_run_with_every_combination_and_ends_in_a_table() {
    let (broker, dir) = (Broker::start(), folder());
    let line = format!("run s.toml --bootstrap-server {}", broker.address());
    let (said, json) = done(dir.path(), &line);
    let names = [
        "write batch-bytes=1KiB",
        "write batch-bytes=16KiB",
        "read, consume",
        "read, background",
    ];
    let runs = json["runs"].as_array().expect("it is a list");
    let told: Vec<&str> = runs.iter().filter_map(|run| run["name"].as_str()).collect();
    assert_eq!(told, names);
    for name in names {
        let sentence = said
            .lines()
            .find(|line| line.starts_with(&format!("{name}: ")));
        assert!(
            sentence.is_some_and(|line| line.contains("records/s")),
            "{name}:\n{said}"
        );
        let row = said
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        assert!(row.is_some(), "{name} has no row:\n{said}");
    }
    assert_eq!(
        (&runs[0]["records"], &runs[2]["command"]),
        (&2000.into(), &"consume".into())
    );
    let read = runs[2]["records"].as_u64().unwrap_or_default();
    assert!(read >= 3000, "{read} records");
    // The process was found by its port.
    assert!(runs[0]["broker_process"]["cpu_seconds"].is_number());
    assert_eq!(runs[2]["broker_process"]["is_of_all_loads_together"], true);
    let half = runs[3]["settings"]["rate_records_per_second"].as_f64();
    let slowest = runs[..2]
        .iter()
        .filter_map(|run| run["records_per_second"].as_f64());
    let slowest = slowest.fold(f64::MAX, f64::min);
    assert!(
        half.is_some_and(|half| (half / slowest - 0.5).abs() < 0.001),
        "{half:?}"
    );
    let left = broker.ok("topics --list", "");
    assert!(!left.contains("perf-"), "topics were left behind: {left}");
    // Each run can be repeated by hand.
    let again = runs[0]["line"].as_str().unwrap_or_default();
    assert!(
        again.starts_with("corelane perf produce --batch-bytes 1KiB "),
        "{again}"
    );
}

#[test]
fn two_brokers_are_compared_in_pairs() {
    let (ours, theirs, dir) = (Broker::start(), Broker::start(), folder());
    let line = format!(
        "compare s.toml --a ours={},pid={} --b theirs={} --pairs 2 --set batch-bytes=4KiB",
        ours.address(),
        ours.id(),
        theirs.address()
    );
    let (said, json) = done(dir.path(), &line);
    let first = said.lines().next().unwrap_or_default();
    assert!(first.starts_with("--pairs 2: a verdict takes 5"), "{said}");
    let heads = said.lines().filter(|line| line.ends_with("ours/theirs"));
    // Giving the list one value leaves two runs that are the same.
    assert_eq!(heads.count(), 3, "{said}");
    for row in [
        "records/s ",
        "p99.9 ",
        "broker CPU-s/GB ",
        "switches/M records ",
    ] {
        assert!(said.contains(&format!("\n{row}")), "{row}:\n{said}");
    }
    assert!(
        said.contains("ours: acknowledges after the sync; its runs were"),
        "{said}"
    );
    let last = said.lines().last().unwrap_or_default();
    assert_eq!(json["sentence"], last);
    assert!(
        last.ends_with("(2 pairs: too few for a verdict)."),
        "{last}"
    );
    let steps = json["steps"].as_array().expect("three cases");
    assert_eq!(steps.len(), 3);
    for step in steps {
        assert_eq!(step["pairs"].as_array().map(Vec::len), Some(2));
        let ratio = &step["ratios"]["records_per_second"];
        let number = |key: &str| ratio[key].as_f64().unwrap_or(f64::NAN);
        let in_order = [number("min"), number("median"), number("max")];
        assert!(in_order.is_sorted(), "{ratio}");
        assert_eq!(ratio["unit"], "ours/theirs");
        let names = [&step["runs"][0]["name"], &step["runs"][1]["name"]];
        assert_eq!(names, ["ours", "theirs"]);
        let cpu = &step["pairs"][0]["theirs"]["broker_cpu_seconds_per_gb"];
        assert!(cpu.is_number(), "the process of theirs was not found");
    }
}

#[test]
fn several_topics_are_written_and_read_as_one() {
    let (broker, dir) = (Broker::start(), folder());
    let measured = |line: &str| {
        let line = format!("{line} --quiet --bootstrap-server {}", broker.address());
        done(dir.path(), &line).1
    };
    for more in ["", "--rate 20k --linger 2ms", "--keys uniform:50"] {
        let line = format!("produce --topic t --topics 3 --partitions 2 --records 6000 {more}");
        let written = measured(&line);
        assert_eq!(written["records"], 6000, "{more}");
        assert_eq!(written["error_records"], 0, "{more}");
    }
    let read = measured("consume --topic t --topics 3 --consumers 2 --check records");
    assert_eq!(
        (&read["records"], &read["offset_gaps"]),
        (&18_000.into(), &0.into())
    );
    assert_eq!(read["settings"]["topic"], "t-0 to t-2");
    for topic in ["t-0", "t-1", "t-2"] {
        let one = measured(&format!("consume --topic {topic}"));
        let records = one["records"].as_u64().unwrap_or_default();
        assert!(records > 3000, "{topic} has {records} records");
    }
    let names = broker.ok("topics --list", "");
    assert!(!names.lines().any(|name| name == "t"), "{names}");
}

#[test]
fn what_cannot_be_run_is_said_in_a_sentence() {
    let dir = TempDir::new().expect("a temporary directory");
    let wrong = SCENARIO.replace("records = 3000", "recrods = 3000");
    fs::write(dir.path().join("wrong.toml"), wrong).expect("it is writable");
    fs::write(dir.path().join("s.toml"), SCENARIO).expect("it is writable");
    let nowhere = "--bootstrap-server 127.0.0.1:1";
    let cases = [
        (
            format!("run wrong.toml {nowhere}"),
            "wrong.toml:22: there is no \"recrods\": did you mean \"records\"?",
        ),
        (
            format!("run nothing {nowhere}"),
            "nothing is neither a scenario nor a file",
        ),
        (
            format!("run s.toml {nowhere}"),
            "produce: no broker answers at 127.0.0.1:1",
        ),
        (
            format!("run s.toml --broker-pid 4194305 {nowhere}"),
            "no process 4194305 is running on this host",
        ),
        (
            format!("run s.toml --set colour=red {nowhere}"),
            "no load of scenario s knows --colour",
        ),
        (
            "compare s.toml --a x=127.0.0.1:1 --b y=127.0.0.1:1".to_owned(),
            "x: produce: no broker answers at 127.0.0.1:1",
        ),
        (
            "compare s.toml --a x=127.0.0.1:1 --b y=127.0.0.1:1,pid=4194305".to_owned(),
            "broker y: no process 4194305 is running",
        ),
        (
            "compare s.toml --a x=127.0.0.1:1 --b x=127.0.0.1:1".to_owned(),
            "two brokers are called x",
        ),
        (
            "compare s.toml --a x --b y=h:1".to_owned(),
            "is not NAME=HOST:PORT",
        ),
    ];
    for (line, words) in cases {
        let said: Said = corelane_in(dir.path(), &format!("perf {line}"));
        assert_eq!(said.code, Some(1), "{line}");
        assert!(said.stderr.contains(words), "{line}:\n{}", said.stderr);
    }
}

#[test]
fn scenarios_are_listed_and_shown() {
    let said = corelane("perf run --list");
    assert_eq!((said.code, said.stdout.lines().count()), (Some(0), 12));
    assert!(
        said.stdout
            .contains("\nkeyed-1000   1 KiB records with keys over 1,000 partitions")
    );
    let said = corelane("perf run half --show");
    assert!(
        said.stdout.contains("rate = \"50% of limit\""),
        "{}",
        said.stdout
    );
}
