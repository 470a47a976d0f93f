//! Topics of the simulated world: made, written to, trimmed, deleted.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use corelane::io::clock;
use corelane::model::ErrorCode;
use corelane::records::{BatchBuilder, NewRecord};
use corelane::wire::Records;
use corelane::wire::api::{create_topics, delete_records, delete_topics, produce};

use crate::ledger::Mark;
use crate::peer::Peer;

const CREATE_TOPICS_VERSION: i16 = 5;
const PRODUCE_VERSION: i16 = 9;
const DELETE_TOPICS_VERSION: i16 = 5;
const DELETE_RECORDS_VERSION: i16 = 2;

pub type Configs<'a> = &'a [(&'static str, String)];

/// Makes a topic; it may be there already.
pub async fn create(
    broker: SocketAddr,
    name: &str,
    partitions: i32,
    configs: Configs<'_>,
) -> io::Result<()> {
    let mut peer = Peer::connect(broker).await?;
    let config = |(name, value): &(&'static str, String)| create_topics::CreatableTopicConfig {
        name: (*name).into(),
        value: Some(value.clone().into()),
        ..Default::default()
    };
    let topic = create_topics::CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.iter().map(config).collect(),
        ..Default::default()
    };
    let request = create_topics::Request {
        topics: vec![topic],
        ..Default::default()
    };
    let answer = peer.ask(&request, CREATE_TOPICS_VERSION).await?;
    let answer: create_topics::Response<'_> = answer.read(CREATE_TOPICS_VERSION);
    let code = answer.topics[0].error_code;
    match ErrorCode::from_code(code) {
        Some(ErrorCode::None | ErrorCode::TopicAlreadyExists) => Ok(()),
        _ => Err(io::Error::other(format!("create topics answers {code}"))),
    }
}

/// Makes a topic, as often as it takes: the broker may just be starting.
pub async fn create_patiently(
    broker: SocketAddr,
    name: &str,
    partitions: i32,
    configs: Configs<'_>,
) {
    while create(broker, name, partitions, configs).await.is_err() {
        clock::sleep(Duration::from_millis(50)).await;
    }
}

/// Deletes a topic; gives the error code.
pub async fn delete(broker: SocketAddr, name: &str) -> io::Result<i16> {
    let request = delete_topics::Request {
        topic_names: vec![name.into()],
        timeout_ms: 30_000,
        ..Default::default()
    };
    let mut peer = Peer::connect(broker).await?;
    let answer = peer.ask(&request, DELETE_TOPICS_VERSION).await?;
    let answer: delete_topics::Response<'_> = answer.read(DELETE_TOPICS_VERSION);
    Ok(answer.responses[0].error_code)
}

/// Moves the start of a partition to `offset`; gives the error code.
pub async fn trim(
    broker: SocketAddr,
    name: &str,
    partition_index: i32,
    offset: i64,
) -> io::Result<i16> {
    let partition = delete_records::DeleteRecordsPartition {
        partition_index,
        offset,
        ..Default::default()
    };
    let topic = delete_records::DeleteRecordsTopic {
        name: name.into(),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = delete_records::Request {
        topics: vec![topic],
        timeout_ms: 30_000,
        ..Default::default()
    };
    let mut peer = Peer::connect(broker).await?;
    let answer = peer.ask(&request, DELETE_RECORDS_VERSION).await?;
    let answer: delete_records::Response<'_> = answer.read(DELETE_RECORDS_VERSION);
    Ok(answer.topics[0].partitions[0].error_code)
}

/// Produces a batch of one record to its partition with acks=all; gives error code and offset.
pub async fn produce_one(broker: SocketAddr, topic: &str, mark: Mark) -> io::Result<(i16, i64)> {
    produce_within(broker, topic, mark, 30_000).await
}

/// The same, by a client that waits so long.
pub async fn produce_within(
    broker: SocketAddr,
    topic: &str,
    mark: Mark,
    timeout_ms: i32,
) -> io::Result<(i16, i64)> {
    let value = mark.to_value();
    let mut builder = BatchBuilder::new();
    let record = NewRecord {
        value: Some(&value),
        ..Default::default()
    };
    builder.push(clock::wall(), &record);
    let place = (topic, mark.partition);
    produce_bytes(broker, place, &builder.finish(), timeout_ms).await
}

/// The same for a batch that was made elsewhere.
pub async fn produce_bytes(
    broker: SocketAddr,
    (topic, index): (&str, i32),
    batch: &[u8],
    timeout_ms: i32,
) -> io::Result<(i16, i64)> {
    let request = produce::Request {
        acks: -1,
        timeout_ms,
        topic_data: vec![produce::TopicProduceData {
            name: topic.into(),
            partition_data: vec![produce::PartitionProduceData {
                index,
                records: Some(Records::Slice(batch)),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut peer = Peer::connect(broker).await?;
    let answer = peer.ask(&request, PRODUCE_VERSION).await?;
    let answer: produce::Response<'_> = answer.read(PRODUCE_VERSION);
    let outcome = &answer.responses[0].partition_responses[0];
    Ok((outcome.error_code, outcome.base_offset))
}
