//! What clients learn about the cluster.

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::types::RDKafkaRespErr;

use crate::broker::{
    PATIENCE, Record, Sender, bootstrap, fresh_name, leaders, read, send_all, settings, topic,
    until,
};

fn client() -> BaseConsumer {
    settings()
        .set("allow.auto.create.topics", "false")
        .create()
        .unwrap()
}

#[test]
fn the_broker_advertises_where_it_was_reached() {
    let metadata = client().fetch_metadata(None, PATIENCE).unwrap();
    let brokers = metadata.brokers();
    assert_eq!(brokers.len(), 1);
    assert_eq!(
        format!("{}:{}", brokers[0].host(), brokers[0].port()),
        bootstrap()
    );
    let cluster = client()
        .client()
        .fetch_cluster_id(PATIENCE)
        .expect("a cluster id");
    assert_eq!(cluster.len(), 22, "{cluster}: 16 bytes in URL base64");
}

#[test]
fn a_topic_lists_its_partitions_and_leaders() {
    let topic = topic("metadata", 5, &[]);
    let client = client();
    let metadata = client.fetch_metadata(Some(&topic), PATIENCE).unwrap();
    let node = metadata.brokers()[0].id();
    let partitions = metadata.topics()[0].partitions();
    let mut ids: Vec<i32> = partitions.iter().map(|partition| partition.id()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [0, 1, 2, 3, 4]);
    for partition in partitions {
        assert_eq!(partition.leader(), node);
        assert_eq!(
            (partition.replicas(), partition.isr()),
            (&[node][..], &[node][..])
        );
    }
    let all = client.fetch_metadata(None, PATIENCE).unwrap();
    assert!(all.topics().iter().any(|other| other.name() == topic));
}

#[test]
fn an_unknown_topic_is_said_to_be_unknown() {
    let name = fresh_name("nowhere");
    let metadata = client().fetch_metadata(Some(&name), PATIENCE).unwrap();
    let unknown = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    assert_eq!(metadata.topics()[0].error(), Some(unknown));
}

#[test]
fn an_impossible_topic_name_is_refused() {
    let metadata = client().fetch_metadata(Some("no/slash"), PATIENCE).unwrap();
    let invalid = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    assert_eq!(metadata.topics()[0].error(), Some(invalid));
}

#[test]
fn producing_to_an_unknown_topic_creates_it() {
    let name = fresh_name("auto");
    send_all(&name, &[Record::of("first"), Record::of("second")], &[]);
    until("the topic is listed", || leaders(&name) == 1);
    read(&name, 0, 2);
}

#[test]
fn producing_to_a_partition_that_is_not_there_fails() {
    let topic = topic("narrow", 1, &[]);
    let sender = Sender::new(&[("message.timeout.ms", "3000")]);
    sender.send(&topic, &Record::of("x").to(7));
    let error = sender.finish()[0].error;
    assert_eq!(error, Some(RDKafkaErrorCode::UnknownPartition));
}
