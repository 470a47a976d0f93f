//! Kafka's own performance tools by their names: their lines against lines that those of Kafka
//! 4.3.1 printed, numbers aside, and their exit codes.

use std::fs;

use tempfile::TempDir;

use crate::broker::Broker;
use crate::tool::{Said, corelane};

/// A line with a `#` for every whole number and for every decimal of a fraction.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    let mut before = ' ';
    let mut is_fraction = false;
    for letter in line.chars() {
        let is_digit = letter.is_ascii_digit();
        if !is_digit {
            is_fraction = letter == '.' && before.is_ascii_digit();
            shape.push(letter);
        } else if is_fraction || !before.is_ascii_digit() {
            shape.push('#');
        }
        before = letter;
    }
    shape
}

fn shapes(text: &str) -> Vec<String> {
    text.lines().map(shape).collect()
}

/// What a tool printed, which must have ended well.
fn lines_of(broker: &Broker, line: &str) -> Vec<String> {
    shapes(&broker.ok(&format!("perf {line}"), ""))
}

const SENT: &str = "20000 records sent, 3948.667325 records/sec (0.38 MB/sec), 90.07 ms avg \
                    latency, 1445.00 ms max latency, 41 ms 50th, 257 ms 95th, 308 ms 99th, 329 ms \
                    99.9th.";
const STEADY: &str = "12000 steady state records sent, 3903.708523 records/sec (0.37 MB/sec), \
                      30.65 ms avg latency, 198.00 ms max latency, 16 ms 50th, 103 ms 95th, 168 \
                      ms 99th, 196 ms 99.9th.";
const WINDOW: &str = "4157 records sent, 4115.8 records/sec (0.39 MB/sec), 22.1 ms avg latency, \
                      103.0 ms max latency.";
const WARMUP: &str = "Warmup first 8000 records. Steady state results will print after the \
                      complete test summary.";
const CONSUMED: &str = "2026-11-22 09:54:57:557, 2026-11-22 09:54:58:632, 0.9537, 0.8871, 10000, \
                        9302.3256, 897, 178, 5.3577, 56179.7753";
const DETAIL: &str = "2026-11-22 09:55:15:489, 0, 1.7644, 17.6430, 18501, 185000.0000, 0, 100, \
                      17.6430, 185000.0000";
const TIMEOUT: &str = "WARNING: Exiting before consuming the expected number of records: timeout \
                       (3000 ms) exceeded. You can use the --timeout option to increase the \
                       timeout.";

#[test]
fn a_producer_prints_kafkas_lines() {
    let broker = Broker::start();
    broker.ok("topics --create --topic k --partitions 2", "");
    let tool = "kafka-producer-perf-test --topic k --command-property linger.ms=1";
    let fast = "--num-records 3000 --throughput -1 --record-size 100";
    assert_eq!(lines_of(&broker, &format!("{tool} {fast}")), [shape(SENT)]);
    let slow = "--num-records 3000 --throughput 1000 --record-size 100 --reporting-interval 1000";
    let said = lines_of(&broker, &format!("{tool} {slow} --warmup-records 1500"));
    assert_eq!(said.first(), Some(&shape(WARMUP)));
    assert_eq!(said[said.len() - 2..], [shape(SENT), shape(STEADY)]);
    assert!(said.contains(&shape(WINDOW)) && said.contains(&"In steady state.".to_owned()));
    let said = broker.ok(&format!("perf {tool} {fast} --warmup-records 2990"), "");
    let steady = said.lines().last().unwrap_or_default();
    assert!(
        steady.starts_with("10 steady state records sent, "),
        "{said}"
    );
}

#[test]
fn payloads_are_numbers_or_what_a_file_has_between_delimiters() {
    let broker = Broker::start();
    broker.ok("topics --create --topic n", "");
    let tool = "perf kafka-producer-perf-test --throughput -1 --num-records 12";
    broker.ok(&format!("{tool} --topic n --payload-monotonic"), "");
    let read = "console-consumer --topic n --from-beginning --max-messages 12";
    let numbers: Vec<String> = (0..12).map(|number| number.to_string()).collect();
    assert_eq!(broker.ok(read, "").lines().collect::<Vec<_>>(), numbers);
    let dir = TempDir::new().expect("a temporary directory");
    let file = dir.path().join("payloads");
    fs::write(&file, "one|two|three four|").expect("it is written");
    let file = file.display();
    let cut = format!("--payload-file {file} --payload-delimiter \\|");
    broker.ok(&format!("{tool} --topic f {cut}"), "");
    let read = "console-consumer --topic f --from-beginning --max-messages 12";
    for payload in broker.ok(read, "").lines() {
        assert!(["one", "two", "three four"].contains(&payload), "{payload}");
    }
}

#[test]
fn a_consumer_prints_kafkas_lines_and_ends_between_two_polls() {
    let broker = Broker::start();
    broker.ok("topics --create --topic k --partitions 2", "");
    let fill = "--topic k --num-records 3000 --throughput -1 --record-size 100";
    broker.ok(&format!("perf kafka-producer-perf-test {fill}"), "");
    let tool = "kafka-consumer-perf-test";
    let said = broker.ok(&format!("perf {tool} --topic k --num-records 1200"), "");
    let rows: Vec<&str> = said.lines().collect();
    assert!(rows[0].starts_with("start.time, end.time, data.consumed.in.MB, MB.sec, "));
    assert_eq!((rows.len(), shape(rows[1])), (2, shape(CONSUMED)));
    // Three polls of 500 records, as Kafka's tool.
    assert_eq!(rows[1].split(", ").nth(4), Some("1500"));
    let more = "--include k.* --num-records 9000 --timeout 1000";
    let said = lines_of(&broker, &format!("{tool} {more} --hide-header"));
    assert_eq!(said, [shape(TIMEOUT), shape(CONSUMED)]);
    let detailed = "--show-detailed-stats --reporting-interval 1000 --date-format HH:mm";
    let said = lines_of(&broker, &format!("{tool} {more} {detailed}"));
    assert!(said[0].starts_with("time, threadId, data.consumed.in.MB, MB.sec, "));
    let detail = shape(DETAIL).replace("#-#-# #:#:#:#", "#:#");
    assert_eq!(said[1..], [detail, shape(TIMEOUT)]);
}

#[test]
fn single_records_with_keys_and_headers_print_kafkas_lines() {
    let broker = Broker::start();
    let tool = "kafka-e2e-latency --topic e --num-records 3 --record-size 20 --producer-acks all";
    let more = "--record-key-size 5 --num-headers 2 --record-header-key-size 3 \
                --record-header-size 4";
    let created = "Topic \"e\" does not exist. Will create topic with 1 partition(s) and \
                   replication factor = 1";
    let result = [
        "Avg latency: 6.0943 ms",
        "Percentiles: 50th = 3, 99th = 38, 99.9th = 166",
    ];
    let first = shape("0\t227.814109").replace(".######", "");
    let said = lines_of(&broker, &format!("{tool} {more}"));
    assert!(said[1].starts_with(&first), "{}", said[1]);
    let expected = [created, &said[1], result[0], result[1]].map(shape);
    assert_eq!(said, expected);
    let read = "console-consumer --topic e --from-beginning --max-messages 3 \
                --formatter-property print.key=true --formatter-property print.headers=true";
    for line in broker.ok(read, "").lines() {
        let lengths: Vec<usize> = line.split(['\t', ':', ',']).map(str::len).collect();
        assert_eq!(lengths, [3, 4, 3, 4, 5, 20], "{line}");
    }
}

/// Events in order, by name; their fields are compared in the unit test of the events.
fn names(said: &str) -> Vec<String> {
    let name = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(line.starts_with("{\"timestamp\":"), "{line}");
        event["name"].as_str().unwrap_or_default().to_owned()
    };
    said.lines().map(name).collect()
}

#[test]
fn verifiable_tools_print_kafkas_events() {
    let broker = Broker::start();
    let tool = "perf verifiable-producer --topic v --max-messages 3 --repeating-keys 2";
    let said = broker.ok(&format!("{tool} --message-create-time 1000"), "");
    let sent = "producer_send_success";
    let ended = ["shutdown_complete", "tool_data"];
    let expected = ["startup_complete", sent, sent, sent, ended[0], ended[1]];
    assert_eq!(names(&said), expected);
    let tool = "perf verifiable-consumer --topic v --group-id g --max-messages 2 --verbose";
    let said = broker.ok(tool, "");
    let (assigned, revoked) = ("partitions_assigned", "partitions_revoked");
    let data = "record_data";
    let read = [data, data, "records_consumed", "offsets_committed"];
    let ended = [revoked, "shutdown_complete", "shutdown_requested"];
    let expected = [&["startup_complete", assigned][..], &read, &ended].concat();
    assert_eq!(names(&said), expected);
    // This broker has no groups yet, and the event says so.
    let commit = said.lines().nth(5).unwrap_or_default();
    assert!(commit.ends_with("\"success\":false}"), "{commit}");
}

#[test]
fn wrong_flags_end_with_code_one_and_a_sentence() {
    let producer = "kafka-producer-perf-test --topic t --num-records 10 --throughput -1";
    let nowhere = "--bootstrap-server 127.0.0.1:1";
    let cases = [
        (
            "kafka-producer-perf-test --topic t --num-records 1".to_owned(),
            "--throughput",
        ),
        (format!("{producer} {nowhere}"), "--payload-monotonic"),
        (
            format!("{producer} --record-size 1 --payload-monotonic"),
            "cannot be used with",
        ),
        (
            format!("{producer} --record-size 1"),
            "At least one of --bootstrap-server",
        ),
        (
            format!("{producer} {nowhere} --record-size 1 --warmup-records 10"),
            "must be strictly fewer than the number of records in the test",
        ),
        (
            format!("{producer} {nowhere} --record-size 1 --transactional-id x"),
            "Transactions cannot be measured yet",
        ),
        (
            format!("kafka-consumer-perf-test {nowhere} --num-records 1"),
            "--include",
        ),
        (
            format!("kafka-consumer-perf-test {nowhere} --num-records 1 --topic t --date-format z"),
            "the letter z",
        ),
        (
            format!(
                "kafka-e2e-latency {nowhere} --topic t --num-records 1 --record-size 1 \
                 --producer-acks 0"
            ),
            "requires synchronous acknowledgement. Please use '1' or 'all'.",
        ),
        (format!("verifiable-producer {nowhere}"), "--topic"),
        (
            format!("verifiable-consumer {nowhere} --topic t"),
            "--group-id",
        ),
        (
            format!("verifiable-consumer {nowhere} --topic t --group-id g --reset-policy middle"),
            "middle",
        ),
    ];
    for (line, words) in cases {
        let Said { code, stderr, .. } = corelane(&format!("perf {line}"));
        assert_eq!(code, Some(1), "{line}");
        assert!(stderr.contains(words), "{line}:\n{stderr}");
    }
}
