//! DescribeTopicPartitions, version 0: topics by name, a page at a time (KIP-966).

use std::collections::BTreeSet;

use crate::cluster::{Image, Partition, Topic};
use crate::model::{ErrorCode, NodeId, TopicName};
use crate::server::answer::{Answer, Close};
use crate::server::authorized;
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
    Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let limit = request.context.settings().fetch.described_partitions_max;
    let response = respond(&request.context.shard.image(), &body, limit);
    Answer::to(&incoming, &response)
}

/// `DescribeTopicPartitionsRequestHandler`: the page starts at the cursor, and every topic and
/// partition after it counts until the limit.
pub(super) fn respond(image: &Image, body: &Body<'_>, limit_max: usize) -> Response<'static> {
    let first = body.cursor.as_ref().map_or("", |cursor| &cursor.topic_name);
    let start = body
        .cursor
        .as_ref()
        .map_or(0, |cursor| cursor.partition_index);
    let all = body.topics.is_empty();
    let names: BTreeSet<&str> = if all {
        image.topics_from(first).map(|topic| &*topic.name).collect()
    } else {
        let asked = body.topics.iter().map(|topic| &*topic.name);
        asked.filter(|name| *name >= first).collect()
    };
    let is_listed = all || body.cursor.is_none() || names.contains(first);
    let Some(start) = usize::try_from(start).ok().filter(|_| is_listed) else {
        return refuse(body);
    };
    let asked = usize::try_from(body.response_partition_limit).unwrap_or(0);
    let mut room = limit_max.min(asked).max(1);
    let mut response = Response::default();
    for name in names {
        if room == 0 {
            response.next_cursor = Some(cursor(name, 0));
            break;
        }
        let Some(topic) = image.topic(name) else {
            response.topics.push(unknown(name));
            continue;
        };
        let from = if name == first { start } else { 0 };
        let page = shown(image, topic, from, room);
        let next = from + page.partitions.len();
        room -= page.partitions.len();
        response.topics.push(page);
        if next < topic.partitions.len() {
            response.next_cursor = Some(cursor(name, next));
            break;
        }
    }
    response
}

fn cursor(topic: &str, partition: usize) -> Cursor<'static> {
    Cursor {
        topic_name: Text::from(topic.to_owned()),
        partition_index: i32::try_from(partition).unwrap_or(i32::MAX),
        ..Default::default()
    }
}

/// A cursor that no page can start at: every topic that was asked for is refused.
fn refuse(body: &Body<'_>) -> Response<'static> {
    let refused = body
        .topics
        .iter()
        .map(|topic| DescribeTopicPartitionsResponseTopic {
            error_code: ErrorCode::InvalidRequest.code(),
            name: Some(Text::from(topic.name.to_string())),
            ..Default::default()
        });
    Response {
        topics: refused.collect(),
        ..Response::default()
    }
}

fn unknown(name: &str) -> DescribeTopicPartitionsResponseTopic<'static> {
    let (code, is_internal) = match TopicName::parse(name) {
        Ok(name) => (ErrorCode::UnknownTopicOrPartition, name.is_internal()),
        Err(_) => (ErrorCode::InvalidTopicException, false),
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: code.code(),
        name: Some(Text::from(name.to_owned())),
        is_internal,
        topic_authorized_operations: authorized::TOPIC,
        ..Default::default()
    }
}

fn shown(
    image: &Image,
    topic: &Topic,
    from: usize,
    room: usize,
) -> DescribeTopicPartitionsResponseTopic<'static> {
    let page = topic.numbered().skip(from).take(room);
    DescribeTopicPartitionsResponseTopic {
        name: Some(Text::from(topic.name.to_string())),
        topic_id: topic.id,
        is_internal: topic.name.is_internal(),
        partitions: page
            .map(|(index, partition)| row(image, index, partition))
            .collect(),
        topic_authorized_operations: authorized::TOPIC,
        ..Default::default()
    }
}

fn row(
    image: &Image,
    index: i32,
    partition: &Partition,
) -> DescribeTopicPartitionsResponsePartition<'static> {
    let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect();
    let assignment = &partition.assignment;
    let error = match partition.leader() {
        Some(_) => ErrorCode::None,
        None => ErrorCode::LeaderNotAvailable,
    };
    DescribeTopicPartitionsResponsePartition {
        error_code: error.code(),
        partition_index: index,
        leader_id: assignment.leader.0,
        leader_epoch: assignment.leader_epoch.0,
        replica_nodes: ids(&assignment.replicas),
        isr_nodes: ids(&assignment.in_sync),
        offline_replicas: ids(&partition.offline_replicas(image)),
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        ..Default::default()
    }
}
