//! `get-offsets`, in the words of Kafka's tool.

use crate::broker::Broker;
use crate::tool::corelane;

/// Two topics, `a` with 12 partitions and `a-1` with one, both holding records.
fn with_topics() -> Broker {
    let broker = Broker::start();
    broker.ok("topics --create --topic a --partitions 12", "");
    broker.ok("topics --create --topic a-1", "");
    broker.ok("console-producer --topic a-1", "x\ny\n");
    broker
}

#[test]
fn offsets_stand_in_the_order_of_partitions_as_text() {
    let broker = with_topics();
    let all = broker.ok("get-offsets", "");
    let expected = "a:0:0\na:1:0\na-1:0:2\na:10:0\na:11:0\na:2:0\na:3:0\na:4:0\na:5:0\na:6:0\n\
                    a:7:0\na:8:0\na:9:0\n";
    assert_eq!(all, expected);
}

#[test]
fn times_and_partitions_are_chosen() {
    let broker = with_topics();
    let cases = [
        ("--topic a-1 --time -1", "a-1:0:2\n"),
        ("--topic a-1 --time earliest", "a-1:0:0\n"),
        ("--topic a-1 --time -4", "a-1:0:0\n"),
        ("--topic a-1 --time latest-tiered", ""),
        ("--topic a-1 --time -6", ""),
        ("--topic a-1 --time 1", "a-1:0:0\n"),
        ("--topic a-1 --time 99999999999999", ""),
        ("--topic a --partitions 3,4", "a:3:0\na:4:0\n"),
        (
            "--topic-partitions a:10-,a-1:-1",
            "a-1:0:2\na:10:0\na:11:0\n",
        ),
        (
            "--topic-partitions :11 --exclude-internal-topics",
            "a:11:0\n",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(
            broker.ok(&format!("get-offsets {options}"), ""),
            expected,
            "{options}"
        );
    }
    // The second record may have come in the same millisecond; then the first is found.
    let newest = broker.ok("get-offsets --topic a-1 --time max-timestamp", "");
    assert!(
        ["a-1:0:0\n", "a-1:0:1\n"].contains(&newest.as_str()),
        "{newest}"
    );
    let said = broker.tool("get-offsets --topic none", "");
    let words = "Error occurred: Could not match any topic-partitions with the specified filters\n";
    assert_eq!((said.stderr.as_str(), said.code), (words, Some(1)));
}

#[test]
fn what_means_nothing_is_told_in_kafkas_words() {
    let cases = [
        (
            "--topic a --partitions 0,x",
            "--partitions expects a comma separated list of numeric partition ids, but received: \
             0,x",
        ),
        (
            "--topic-partitions a --topic a",
            "--topic-partitions cannot be used with --topic or --partitions",
        ),
        ("--topic-partitions a:b", "Invalid rule specification: a:b"),
        (
            "--time abc",
            "Malformed time argument abc. Please use -1 or latest / -2 or earliest",
        ),
    ];
    for (options, words) in cases {
        let said = corelane(&format!("get-offsets {options}"));
        assert_eq!(
            (said.stdout.as_str(), said.code),
            ("", Some(1)),
            "{options}"
        );
        let words = format!("Error occurred: {words}");
        assert!(
            said.stderr.starts_with(&words),
            "{options}:\n{}",
            said.stderr
        );
    }
}
