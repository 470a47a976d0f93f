//! Reading from chosen places, waiting at the end, many partitions at once.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::broker::{PATIENCE, Record, reader, send_all, settings, take, topic};

fn numbered(count: i32) -> Vec<Record> {
    (0..count).map(|n| Record::of(n.to_string())).collect()
}

#[test]
fn reading_starts_where_it_was_asked_to() {
    let topic = topic("start", 1, &[]);
    send_all(&topic, &numbered(100), &[("batch.num.messages", "9")]);
    for (from, first) in [
        (Offset::Beginning, 0),
        (Offset::Offset(42), 42),
        (Offset::Offset(99), 99),
        (Offset::OffsetTail(5), 95),
    ] {
        let messages = take(&reader(&topic, 0, from, &[]), 100 - first);
        assert_eq!(messages[0].offset(), first as i64, "{from:?}");
        assert_eq!(messages[0].payload(), Some(first.to_string().as_bytes()));
    }
}

#[test]
fn a_reader_at_the_end_is_woken_by_the_next_record() {
    let topic = topic("wake", 1, &[]);
    send_all(&topic, &numbered(10), &[]);
    let consumer = reader(&topic, 0, Offset::End, &[("fetch.wait.max.ms", "20000")]);
    assert!(consumer.poll(Duration::from_secs(1)).is_none());
    let start = Instant::now();
    send_all(&topic, &[Record::of("wake")], &[("linger.ms", "0")]);
    let messages = take(&consumer, 1);
    assert_eq!(
        (messages[0].offset(), messages[0].payload()),
        (10, Some(&b"wake"[..]))
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "woken after {:?}",
        start.elapsed()
    );
}

#[test]
fn an_offset_that_is_not_there_is_said_or_reset() {
    let topic = topic("range", 1, &[]);
    send_all(&topic, &numbered(10), &[]);
    let far = Offset::Offset(1000);
    let consumer = reader(&topic, 0, far, &[("auto.offset.reset", "earliest")]);
    assert_eq!(take(&consumer, 10)[0].offset(), 0);
    let consumer = reader(&topic, 0, far, &[("auto.offset.reset", "error")]);
    let error = loop {
        if let Some(result) = consumer.poll(PATIENCE) {
            break result.map(|message| message.offset());
        }
    };
    let code = error.unwrap_err().rdkafka_error_code();
    assert_eq!(code, Some(RDKafkaErrorCode::AutoOffsetReset));
}

#[test]
fn the_end_of_a_partition_is_reached() {
    let topic = topic("eof", 1, &[]);
    send_all(&topic, &numbered(10), &[]);
    let consumer = reader(
        &topic,
        0,
        Offset::Beginning,
        &[("enable.partition.eof", "true")],
    );
    take(&consumer, 10);
    let end = consumer.poll(PATIENCE).expect("an answer");
    assert_eq!(end.err(), Some(rdkafka::error::KafkaError::PartitionEOF(0)));
}

#[test]
fn many_partitions_are_read_through_one_consumer() {
    let topic = topic("many", 50, &[]);
    let records: Vec<Record> = (0..5000)
        .map(|n| Record::of(n.to_string()).to(n % 50))
        .collect();
    send_all(&topic, &records, &[]);
    let mut consumer = settings();
    consumer
        .set("group.id", "none")
        .set("enable.auto.commit", "false");
    let consumer: BaseConsumer = consumer.create().unwrap();
    let mut assignment = TopicPartitionList::new();
    for partition in 0..50 {
        assignment
            .add_partition_offset(&topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut next = [0; 50];
    for message in take(&consumer, 5000) {
        let next = &mut next[message.partition() as usize];
        assert_eq!(message.offset(), *next);
        *next += 1;
    }
    assert_eq!(next, [100; 50]);
}

#[test]
fn small_fetch_limits_still_read_everything() {
    let topic = topic("fetch-limit", 1, &[]);
    let records: Vec<Record> = (0..50).map(|_| Record::of(vec![b'x'; 20_000])).collect();
    send_all(&topic, &records, &[("batch.num.messages", "1")]);
    let limits = [
        ("fetch.message.max.bytes", "1000"),
        ("fetch.max.bytes", "1000000"),
    ];
    let consumer = reader(&topic, 0, Offset::Beginning, &limits);
    assert_eq!(
        take(&consumer, 50)[49].payload().map(<[u8]>::len),
        Some(20_000)
    );
}

#[test]
fn both_isolation_levels_read_plain_records() {
    let topic = topic("isolation", 1, &[]);
    send_all(&topic, &numbered(10), &[]);
    for level in ["read_committed", "read_uncommitted"] {
        let consumer = reader(&topic, 0, Offset::Beginning, &[("isolation.level", level)]);
        assert_eq!(take(&consumer, 10)[9].offset(), 9);
    }
}
