//! The quorum that keeps the cluster's metadata.

use crate::client::{ClientFault, Cluster};
use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::api::describe_quorum as api;

const METADATA_TOPIC: &str = "__cluster_metadata";

/// The state of the metadata quorum as its leader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quorum {
    pub leader: i32,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub voters: Vec<QuorumReplica>,
    pub observers: Vec<QuorumReplica>,
    /// Node, and its listeners as `NAME://HOST:PORT`.
    pub nodes: Vec<(i32, Vec<String>)>,
}

/// One voter or observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumReplica {
    pub id: i32,
    pub directory: Uuid,
    pub log_end: i64,
    /// Milliseconds since 1970, by the leader's clock; -1 where not known.
    pub last_fetch: i64,
    pub last_caught_up: i64,
}

pub async fn quorum(cluster: &Cluster) -> Result<Quorum, ClientFault> {
    let topic = api::TopicData {
        topic_name: Text::Borrowed(METADATA_TOPIC),
        partitions: vec![api::PartitionData::default()],
        ..Default::default()
    };
    let request = api::Request {
        topics: vec![topic],
        ..api::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
    let missing = || ClientFault::Missing("the metadata quorum".to_owned());
    let partition = partitions.into_iter().next().ok_or_else(missing)?;
    ClientFault::check(partition.error_code, partition.error_message.as_deref())?;
    let listener = |l: &api::Listener<'_>| format!("{}://{}:{}", l.name, l.host, l.port);
    let node = |node: &api::Node<'_>| {
        let listeners = node.listeners.iter().map(listener).collect();
        (node.node_id, listeners)
    };
    Ok(Quorum {
        leader: partition.leader_id,
        leader_epoch: partition.leader_epoch,
        high_watermark: partition.high_watermark,
        voters: partition.current_voters.iter().map(replica).collect(),
        observers: partition.observers.iter().map(replica).collect(),
        nodes: answer.nodes.iter().map(node).collect(),
    })
}

fn replica(row: &api::ReplicaState<'_>) -> QuorumReplica {
    QuorumReplica {
        id: row.replica_id,
        directory: row.replica_directory_id,
        log_end: row.log_end_offset,
        last_fetch: row.last_fetch_timestamp,
        last_caught_up: row.last_caught_up_timestamp,
    }
}
