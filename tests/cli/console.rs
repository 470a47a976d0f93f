//! Lines in and records out, compared with what Kafka's own tools printed of the same lines:
//! `expected/console/`.

use std::fs;

use crate::broker::Broker;
use crate::tool::here;

fn expected(name: &str) -> String {
    let path = here().join("expected/console").join(name);
    fs::read_to_string(path).expect("the expected text is there")
}

const READ: [&str; 4] = [
    "console-consumer",
    "--from-beginning",
    "--max-messages",
    "6",
];

/// A broker whose topic `t` holds the six records of `lines.txt`.
fn with_lines() -> Broker {
    let broker = Broker::start();
    broker.ok("topics --create --topic t --partitions 1", "");
    let line = "console-producer --topic t --reader-property parse.key=true \
                --property parse.headers=true --reader-property null.marker=NIL";
    assert_eq!(broker.ok(line, &expected("lines.txt")), "");
    broker
}

#[test]
fn records_are_printed_as_kafka_prints_them() {
    let broker = with_lines();
    let bytes = "org.apache.kafka.common.serialization.BytesDeserializer";
    let cases: [(&str, &[&str]); 4] = [
        (
            "columns.txt",
            &[
                "print.partition=true",
                "print.offset=true",
                "print.headers=true",
                "print.key=true",
            ],
        ),
        (
            "separators.txt",
            &[
                "print.headers=true",
                "print.key=true",
                "key.separator= | ",
                "line.separator=;",
                "headers.separator=&",
                "null.literal=nil",
            ],
        ),
        (
            "keys.txt",
            &["print.value=false", "print.key=true", "print.offset=true"],
        ),
        (
            "bytes.txt",
            &[
                "print.key=true",
                &format!("key.deserializer={bytes}"),
                &format!("value.deserializer={bytes}"),
            ],
        ),
    ];
    for (name, properties) in cases {
        let mut words = [READ.as_slice(), &["--topic", "t"]].concat();
        for property in properties {
            words.extend(["--formatter-property", property]);
        }
        let said = broker.tool_of_words(&words, "");
        assert_eq!(
            (said.stdout, said.code),
            (expected(name), Some(0)),
            "{name}"
        );
        assert_eq!(said.stderr, "Processed a total of 6 messages\n", "{name}");
    }
}

#[test]
fn topics_are_chosen_by_a_pattern() {
    let broker = with_lines();
    broker.ok("console-producer --topic t2", "one\ntwo\n");
    broker.ok("console-producer --topic other", "no\n");
    for option in ["--include", "--whitelist"] {
        let line = format!("console-consumer {option} t.? --from-beginning --max-messages 8");
        let mut lines: Vec<String> = broker.ok(&line, "").lines().map(str::to_owned).collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), 8, "{lines:?}");
        assert!(lines.contains(&"two".to_owned()) && !lines.contains(&"no".to_owned()));
    }
}

#[test]
fn a_record_that_cannot_be_printed_ends_the_command_or_is_skipped() {
    let broker = with_lines();
    let long = "console-consumer --topic t --partition 0 --offset 0 --timeout-ms 500 \
                --value-deserializer LongDeserializer";
    let said = broker.tool(long, "");
    assert_eq!((said.stdout.as_str(), said.code), ("", Some(1)));
    let words = "cannot print the record at offset 0 of t-0: Size of data received by \
                 LongDeserializer is not 8. --skip-message-on-error goes on.";
    assert!(said.stderr.contains(words), "{}", said.stderr);
    let said = broker.tool(&format!("{long} --skip-message-on-error"), "");
    assert_eq!((said.stdout.as_str(), said.code), ("null\n", Some(0)));
    assert_eq!(
        said.stderr.matches("skipped the record at offset").count(),
        5
    );
}

#[test]
fn options_that_change_no_record_are_taken() {
    let broker = with_lines();
    let line = "console-consumer --topic t --from-beginning --max-messages 6 --group g \
                --formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter \
                --enable-systest-events --consumer-property auto.commit.interval.ms=5";
    let said = broker.tool(line, "");
    assert_eq!(
        (said.stdout.as_str(), said.code),
        ("shutdown_complete\n", Some(0))
    );
    assert!(said.stderr.contains("group g: groups are not served yet"));
    let line = "console-producer --topic u --sync --request-required-acks 1 --batch-size 100 \
                --max-partition-memory-bytes 200 --max-memory-bytes 100000 --timeout 3 \
                --message-send-max-retries 3 --retry-backoff-ms 10 --request-timeout-ms 9000 \
                --max-block-ms 9000 --metadata-expiry-ms 300000 --socket-buffer-size 102400 \
                --line-reader org.apache.kafka.tools.LineMessageReader --compression-codec";
    let said = broker.tool(line, "a\nb\n");
    assert_eq!((said.stderr.as_str(), said.code), ("", Some(0)));
    assert_eq!(broker.ok("get-offsets --topic u", ""), "u:0:2\n");
}

#[test]
fn what_cannot_be_done_is_said_with_what_can() {
    let broker = with_lines();
    let cases = [
        (
            "console-consumer --topic t --partition 7",
            "has no partition 7: it has 1",
        ),
        ("console-consumer --topic a/b", "letters, digits"),
        ("console-producer --topic a/b", "letters, digits"),
        (
            "console-consumer --topic t --formatter my.Own",
            "classes cannot be loaded here",
        ),
        (
            "console-producer --topic t --line-reader my.Own",
            "classes cannot be loaded here",
        ),
        (
            "console-consumer --topic t --from-beginning --command-property \
             auto.offset.reset=latest",
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest'",
        ),
    ];
    for (line, words) in cases {
        let said = broker.tool(line, "x\n");
        assert_eq!((said.stdout.as_str(), said.code), ("", Some(1)), "{line}");
        assert!(said.stderr.contains(words), "{line}:\n{}", said.stderr);
    }
    let said = broker.tool("console-consumer --include none.* --timeout-ms 1500", "");
    let words = "waiting for topics like none.*: there are none\nProcessed a total of 0 messages\n";
    assert_eq!((said.stderr.as_str(), said.code), (words, Some(0)));
}
