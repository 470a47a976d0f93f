//! DescribeQuorum, versions 0-2: the one voter of the metadata log.

use crate::io::clock;
use crate::model::{ErrorCode, Offset};
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::shard::{CONTROLLER, Shard};
use crate::wire::Text;
use crate::wire::api::describe_quorum::{
    AnsweredPartitionData, AnsweredTopicData, Node, ReplicaState, Request as Body, Response,
};

const METADATA_TOPIC: &str = "__cluster_metadata";

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let version = incoming.version();
    let shard = &request.context.shard;
    let response = match asks_for_the_quorum(&body) {
        false => refuse(&body),
        true => {
            let log = shard.on(CONTROLLER, |shard| {
                Box::pin(async move {
                    let controller = shard.controller()?;
                    let log = controller.log();
                    Some((log.leader_epoch().0, log.watermarks().high))
                })
            });
            let log = log.await.map_err(|_| Close::Stopping)?.await;
            let log = log.map_err(|_| Close::Stopping)?.ok_or(Close::Stopping)?;
            describe(shard, log, version)
        }
    };
    Answer::to(&incoming, &response)
}

/// There is one quorum; nothing else may be asked for beside it.
fn asks_for_the_quorum(body: &Body<'_>) -> bool {
    match body.topics.as_slice() {
        [topic] if &*topic.topic_name == METADATA_TOPIC => {
            matches!(topic.partitions.as_slice(), [only] if only.partition_index == 0)
        }
        _ => false,
    }
}

fn describe(shard: &Shard, (epoch, high): (i32, Offset), version: i16) -> Response<'static> {
    let node = shard.settings().node.0;
    let now = clock::wall().0;
    let mut voter = ReplicaState {
        replica_id: node,
        log_end_offset: high.0,
        last_fetch_timestamp: now,
        last_caught_up_timestamp: now,
        ..Default::default()
    };
    let mut nodes = Vec::new();
    if version >= 2 {
        voter.replica_directory_id = shard.identity().directory;
        // The quorum talks to itself without a listener.
        nodes.push(Node {
            node_id: node,
            ..Default::default()
        });
    }
    let partition = AnsweredPartitionData {
        leader_id: node,
        leader_epoch: epoch,
        high_watermark: high.0,
        current_voters: vec![voter],
        ..Default::default()
    };
    Response {
        topics: vec![AnsweredTopicData {
            topic_name: Text::from(METADATA_TOPIC),
            partitions: vec![partition],
            ..Default::default()
        }],
        nodes,
        ..Response::default()
    }
}

fn refuse<'a>(body: &Body<'a>) -> Response<'a> {
    let message = "This server does not host this topic-partition.";
    let topics = body.topics.iter().map(|topic| AnsweredTopicData {
        topic_name: topic.topic_name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|partition| AnsweredPartitionData {
                partition_index: partition.partition_index,
                error_code: ErrorCode::UnknownTopicOrPartition.code(),
                error_message: Some(Text::from(message)),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    Response {
        topics: topics.collect(),
        ..Response::default()
    }
}
