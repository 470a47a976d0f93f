//! Finding offsets: start, end, by time.

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::broker::{PATIENCE, Record, send_all, settings, topic};

const FIRST: i64 = 1_600_000_000_000;

fn client() -> BaseConsumer {
    settings().create().unwrap()
}

/// Where the first record at or after `time` stands.
fn at_time(client: &BaseConsumer, topic: &str, time: i64) -> Offset {
    let mut asked = TopicPartitionList::new();
    asked
        .add_partition_offset(topic, 0, Offset::Offset(time))
        .unwrap();
    let found = client.offsets_for_times(asked, PATIENCE).unwrap();
    found.find_partition(topic, 0).unwrap().offset()
}

#[test]
fn start_and_end_follow_the_records() {
    let topic = topic("watermarks", 2, &[]);
    assert_eq!(
        client().fetch_watermarks(&topic, 0, PATIENCE).unwrap(),
        (0, 0)
    );
    let records: Vec<Record> = (0..7).map(|n| Record::of(n.to_string()).to(0)).collect();
    send_all(&topic, &records, &[]);
    assert_eq!(
        client().fetch_watermarks(&topic, 0, PATIENCE).unwrap(),
        (0, 7)
    );
    assert_eq!(
        client().fetch_watermarks(&topic, 1, PATIENCE).unwrap(),
        (0, 0)
    );
}

#[test]
fn a_time_finds_the_first_record_at_or_after_it() {
    let topic = topic("by-time", 1, &[]);
    let records: Vec<Record> = (0..1000)
        .map(|n| Record {
            timestamp: Some(FIRST + n * 1000),
            ..Record::of(n.to_string())
        })
        .collect();
    for codec in ["none", "zstd"] {
        send_all(
            &topic,
            &records,
            &[("compression.type", codec), ("batch.num.messages", "33")],
        );
    }
    let client = client();
    for (time, offset) in [
        (0, Offset::Offset(0)),
        (FIRST, Offset::Offset(0)),
        (FIRST + 1, Offset::Offset(1)),
        (FIRST + 500_000, Offset::Offset(500)),
        (FIRST + 500_001, Offset::Offset(501)),
        (FIRST + 999_000, Offset::Offset(999)),
        (FIRST + 999_001, Offset::End),
    ] {
        assert_eq!(
            at_time(&client, &topic, time),
            offset,
            "at {}",
            time - FIRST
        );
    }
}

#[test]
fn times_out_of_order_find_the_earliest_offset() {
    let topic = topic("by-time-disorder", 1, &[]);
    let times = [50, 10, 40, 20, 30, 60];
    let records: Vec<Record> = times
        .iter()
        .map(|time| Record {
            timestamp: Some(FIRST + time),
            ..Record::of("t")
        })
        .collect();
    send_all(&topic, &records, &[]);
    let client = client();
    for (time, offset) in [(5, 0), (50, 0), (51, 5), (60, 5)] {
        assert_eq!(
            at_time(&client, &topic, FIRST + time),
            Offset::Offset(offset),
            "at {time}"
        );
    }
}

#[test]
fn an_empty_partition_has_no_record_at_any_time() {
    let topic = topic("by-time-empty", 1, &[]);
    assert_eq!(at_time(&client(), &topic, FIRST), Offset::End);
}
