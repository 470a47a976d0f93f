//! The tools together against our own broker, as the README tells it.

use crate::broker::Broker;
use crate::tool::{corelane_in, here};

const LINES: usize = 2_000;

fn lines() -> String {
    let line = |number: usize| format!("{} GET /page/{number} 200\n", number % 7);
    (0..LINES).map(line).collect()
}

#[test]
fn lines_come_back_in_order_also_after_a_restart() {
    let mut broker = Broker::start();
    let created = broker.ok("topics --create --topic web --partitions 3", "");
    assert_eq!(created, "Created topic web.\n");
    let keyed = "--reader-property parse.key=true --reader-property key.separator=:";
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let input: String = (0..50).map(|n| format!("{codec}:{codec} {n}\n")).collect();
        let line = format!("console-producer --topic web {keyed} --compression-codec {codec}");
        assert_eq!(broker.ok(&line, &input), "");
    }
    let read = "console-consumer --topic web --from-beginning --max-messages 250";
    for restarted in [false, true] {
        if restarted {
            assert_eq!(broker.stop(), Some(0));
            broker.start_again();
        }
        let said = broker.tool(read, "");
        assert_eq!(said.stderr, "Processed a total of 250 messages\n");
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            let own = said.stdout.lines().filter(|line| line.starts_with(codec));
            let numbers: Vec<&str> = own.filter_map(|line| line.split(' ').nth(1)).collect();
            let expected: Vec<String> = (0..50).map(|n| n.to_string()).collect();
            assert_eq!(numbers, expected, "{codec}");
        }
    }
}

#[test]
fn topics_are_created_widened_described_and_deleted() {
    let broker = Broker::start();
    broker.ok("topics --create --topic a --config retention.ms=60000", "");
    broker.ok("topics --create --topic b --partitions 2", "");
    assert_eq!(broker.ok("topics --list", ""), "a\nb\n");
    let again = broker.tool("topics --create --topic a", "");
    let words = "Error while executing topic command : Topic 'a' already exists.\n";
    assert_eq!((again.stderr.as_str(), again.code), (words, Some(1)));
    broker.ok("topics --create --topic a --if-not-exists", "");
    broker.ok("topics --alter --topic b --partitions 3", "");
    let described = broker.ok("topics --describe --topic b", "");
    let mut rows = described.lines();
    let heading = rows.next().unwrap_or_default();
    assert!(heading.starts_with("Topic: b\tTopicId: "), "{heading}");
    assert!(heading.contains("\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: "));
    assert_eq!(rows.clone().count(), 3);
    assert!(
        rows.all(|row| row.starts_with("\tTopic: b\tPartition: ")),
        "{described}"
    );
    let described = broker.ok("topics --describe --topic a", "");
    assert!(described.contains("retention.ms=60000"), "{described}");
    broker.ok("topics --delete --topic a|b", "");
    assert_eq!(broker.ok("topics --list", ""), "");
}

#[test]
fn what_was_written_can_be_dumped_while_the_broker_runs_and_after() {
    let mut broker = Broker::start();
    broker.ok("topics --create --topic web", "");
    broker.ok("console-producer --topic web", &lines());
    assert_eq!(
        broker.ok("get-offsets --topic web", ""),
        format!("web:0:{LINES}\n")
    );
    let earliest = broker.ok("get-offsets --topic web --time earliest", "");
    assert_eq!(earliest, "web:0:0\n");
    let base = broker.data().join("web-0").join("00000000000000000000");
    let dumped = |extension: &str, options: &str| {
        let file = base.with_extension(extension).display().to_string();
        let said = corelane_in(&here(), &format!("dump-log --files {file} {options}"));
        assert_eq!((said.stderr.as_str(), said.code), ("", Some(0)), "{file}");
        said.stdout
    };
    for running in [true, false] {
        if !running {
            assert_eq!(broker.stop(), Some(0));
        }
        let log = dumped("log", "--print-data-log");
        let payloads = log.lines().filter_map(|line| line.split_once(" payload: "));
        let payloads: Vec<&str> = payloads.map(|(_, payload)| payload).collect();
        assert_eq!(payloads, lines().lines().collect::<Vec<_>>());
        assert!(!log.contains("isvalid: false"));
    }
    for extension in ["index", "timeindex"] {
        dumped(extension, "");
        dumped(extension, "--index-sanity-check");
    }
}
