//! Topics and partitions come and go.

use rdkafka::admin::{NewPartitions, NewTopic, TopicReplication};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::broker::{
    PATIENCE, Record, admin, fresh_name, leaders, options, read, reader, send_all, settings, take,
    topic, until, wait,
};

fn create(name: &str, partitions: i32, replicas: i32) -> Option<RDKafkaErrorCode> {
    let new = NewTopic::new(name, partitions, TopicReplication::Fixed(replicas));
    let results = wait(admin().create_topics([&new], &options())).unwrap();
    results[0].as_ref().err().map(|(_, code)| *code)
}

#[test]
fn a_topic_is_created_once() {
    let topic = topic("once", 2, &[]);
    assert_eq!(
        create(&topic, 2, 1),
        Some(RDKafkaErrorCode::TopicAlreadyExists)
    );
}

#[test]
fn impossible_topics_are_refused() {
    use RDKafkaErrorCode::*;
    assert_eq!(create("bad name", 1, 1), Some(InvalidTopic));
    assert_eq!(create("..", 1, 1), Some(InvalidTopic));
    assert_eq!(create(&"x".repeat(250), 1, 1), Some(InvalidTopic));
    assert_eq!(
        create(&fresh_name("replicas"), 1, 3),
        Some(InvalidReplicationFactor)
    );
    let (name, partitions) = (fresh_name("partitions"), 0);
    assert_eq!(create(&name, partitions, 1), Some(InvalidPartitions));
}

#[test]
fn names_that_collide_in_metrics_are_refused() {
    let name = fresh_name("collide");
    assert_eq!(create(&format!("{name}.a"), 1, 1), None);
    assert_eq!(
        create(&format!("{name}_a"), 1, 1),
        Some(RDKafkaErrorCode::InvalidTopic)
    );
}

#[test]
fn an_unknown_setting_refuses_the_topic() {
    let name = fresh_name("setting");
    for (key, value) in [
        ("no.such.key", "1"),
        ("retention.ms", "soon"),
        ("cleanup.policy", "x"),
    ] {
        let new = NewTopic::new(&name, 1, TopicReplication::Fixed(1)).set(key, value);
        let results = wait(admin().create_topics([&new], &options())).unwrap();
        let error = results[0].as_ref().err().map(|(_, code)| *code);
        assert_eq!(
            error,
            Some(RDKafkaErrorCode::InvalidConfig),
            "{key}={value}"
        );
    }
    assert_eq!(leaders(&name), 0);
}

#[test]
fn validating_a_topic_creates_nothing() {
    let name = fresh_name("validate");
    let new = NewTopic::new(&name, 1, TopicReplication::Fixed(1));
    let results = wait(admin().create_topics([&new], &options().validate_only(true))).unwrap();
    assert_eq!(results, [Ok(name.clone())]);
    assert_eq!(leaders(&name), 0);
}

#[test]
fn a_deleted_topic_is_gone_and_may_come_again_empty() {
    let topic = topic("deleted", 2, &[]);
    send_all(&topic, &[Record::of("old").to(0)], &[]);
    let results = wait(admin().delete_topics(&[&topic], &options())).unwrap();
    assert_eq!(results, [Ok(topic.clone())]);
    until("the topic is gone", || leaders(&topic) == 0);
    let results = wait(admin().delete_topics(&[&topic], &options())).unwrap();
    let unknown = RDKafkaErrorCode::UnknownTopicOrPartition;
    assert_eq!(results, [Err((topic.clone(), unknown))]);
    assert_eq!(create(&topic, 1, 1), None);
    until("the topic is back", || leaders(&topic) == 1);
    send_all(&topic, &[Record::of("new").to(0)], &[]);
    assert_eq!(read(&topic, 0, 1)[0].payload(), Some(&b"new"[..]));
}

#[test]
fn partitions_are_added_never_taken() {
    let topic = topic("grow", 1, &[]);
    let grow = |count| {
        let new = NewPartitions::new(&topic, count);
        let results = wait(admin().create_partitions([&new], &options())).unwrap();
        results[0].as_ref().err().map(|(_, code)| *code)
    };
    assert_eq!(grow(4), None);
    until("four partitions lead", || leaders(&topic) == 4);
    assert_eq!(grow(4), Some(RDKafkaErrorCode::InvalidPartitions));
    assert_eq!(grow(2), Some(RDKafkaErrorCode::InvalidPartitions));
    send_all(&topic, &[Record::of("x").to(3)], &[]);
    read(&topic, 3, 1);
}

#[test]
fn deleted_records_move_the_start_of_the_log() {
    let topic = topic("trim", 1, &[]);
    let records: Vec<Record> = (0..10).map(|n| Record::of(n.to_string())).collect();
    send_all(&topic, &records, &[]);
    let mut upto = TopicPartitionList::new();
    upto.add_partition_offset(&topic, 0, Offset::Offset(4))
        .unwrap();
    wait(admin().delete_records(&upto, &options())).unwrap();
    let client: BaseConsumer = settings().create().unwrap();
    assert_eq!(
        client.fetch_watermarks(&topic, 0, PATIENCE).unwrap(),
        (4, 10)
    );
    let left = take(&reader(&topic, 0, Offset::Beginning, &[]), 6);
    assert_eq!((left[0].offset(), left[0].payload()), (4, Some(&b"4"[..])));
}
