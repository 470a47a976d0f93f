//! ElectLeaders, versions 0-2. The only replica of a partition leads it, so that no election is
//! needed, and none would help.

use crate::cluster::Image;
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::elect_leaders::{
    PartitionResult, ReplicaElectionResult, Request as Body, Response, TopicPartitions,
};

/// Of the preferred leader and, from version 1 on, of one that may lack records.
const ELECTION_TYPES: [i8; 2] = [0, 1];

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let response = respond(&request.context.shard.image(), &body);
    Answer::to(&incoming, &response)
}

pub(super) fn respond(image: &Image, body: &Body<'_>) -> Response<'static> {
    let kind = body.election_type;
    let unknown = !ELECTION_TYPES.contains(&kind);
    let outcome = |topic: &str, index: i32| match unknown {
        true => (
            ErrorCode::InvalidRequest,
            format!("Unknown election type {kind}"),
        ),
        false => outcome(image, topic, index),
    };
    let results = match &body.topic_partitions {
        // Asked for all, Kafka tells those that an election changed, under every topic's name.
        None => image.topics().map(|topic| named(&topic.name)).collect(),
        Some(asked) => asked.iter().map(|asked| result(asked, &outcome)).collect(),
    };
    let error = if unknown {
        ErrorCode::InvalidRequest
    } else {
        ErrorCode::None
    };
    Response {
        error_code: error.code(),
        replica_election_results: results,
        ..Response::default()
    }
}

fn named(topic: &str) -> ReplicaElectionResult<'static> {
    ReplicaElectionResult {
        topic: Text::from(topic.to_owned()),
        ..Default::default()
    }
}

fn result(
    asked: &TopicPartitions<'_>,
    outcome: &impl Fn(&str, i32) -> (ErrorCode, String),
) -> ReplicaElectionResult<'static> {
    let partitions = asked.partitions.iter().map(|index| {
        let (code, message) = outcome(&asked.topic, *index);
        PartitionResult {
            partition_id: *index,
            error_code: code.code(),
            error_message: Some(Text::from(message)),
            ..Default::default()
        }
    });
    ReplicaElectionResult {
        partition_result: partitions.collect(),
        ..named(&asked.topic)
    }
}

fn outcome(image: &Image, topic: &str, index: i32) -> (ErrorCode, String) {
    let unknown = ErrorCode::UnknownTopicOrPartition;
    let Some(found) = image.topic(topic) else {
        return (unknown, format!("No such topic as {topic}"));
    };
    match found.partition(index).map(|partition| partition.leader()) {
        None => (unknown, format!("No such partition as {topic}-{index}")),
        Some(None) => (
            ErrorCode::EligibleLeadersNotAvailable,
            "Eligible topic partition leaders are not available.".to_owned(),
        ),
        Some(Some(_)) => (
            ErrorCode::ElectionNotNeeded,
            "Leader election not needed for topic partition.".to_owned(),
        ),
    }
}
