//! Offsets by time, and the named ends of partitions (ListOffsets).

use std::collections::BTreeMap;

use super::retry::persist;
use super::{ClientFault, Cluster, Isolation};
use crate::model::NodeId;
use crate::wire::api::list_offsets;
use crate::wire::{ApiKey, Text};

/// The timestamp that asks for the end of the log.
pub const LATEST: i64 = -1;
/// The timestamp that asks for its start.
pub const EARLIEST: i64 = -2;

/// How long a broker may look in tiered storage.
const ANSWER_MS_MAX: i32 = 30_000;

/// What was found in one partition.
#[derive(Clone, Debug)]
pub struct Listed {
    pub partition: i32,
    /// `None` when no record is at or after the time.
    pub result: Result<Option<i64>, ClientFault>,
}

/// Looks for `timestamp` in partitions of a topic, at their leaders. In order of partition.
pub async fn list(
    cluster: &Cluster,
    topic: &str,
    partitions: &[i32],
    timestamp: i64,
) -> Result<Vec<Listed>, ClientFault> {
    let mut found = BTreeMap::new();
    let once = persist(cluster.settings(), async || {
        let left = partitions
            .iter()
            .filter(|partition| !found.contains_key(*partition));
        let left: Vec<i32> = left.copied().collect();
        let round = ask(cluster, topic, &left, timestamp).await;
        let listed = round.inspect_err(|_| cluster.forget(topic))?;
        let mut again = None;
        for listed in listed {
            match &listed.result {
                Err(fault) if fault.is_retriable() => again = Some(fault.clone()),
                _ => drop(found.insert(listed.partition, listed)),
            }
        }
        match again {
            Some(fault) => {
                cluster.forget(topic);
                Err(fault)
            }
            None => Ok(()),
        }
    });
    once.await?;
    Ok(found.into_values().collect())
}

async fn ask(
    cluster: &Cluster,
    topic: &str,
    partitions: &[i32],
    timestamp: i64,
) -> Result<Vec<Listed>, ClientFault> {
    let mut by_leader: BTreeMap<NodeId, Vec<i32>> = BTreeMap::new();
    for &partition in partitions {
        let leader = cluster.leader(topic, partition).await?;
        by_leader.entry(leader).or_default().push(partition);
    }
    let mut listed = Vec::with_capacity(partitions.len());
    for (leader, partitions) in by_leader {
        let connection = cluster.broker(leader).await?;
        let (has, needs) = (
            connection.version(ApiKey::ListOffsets)?,
            version_min(timestamp),
        );
        if has < needs {
            let key = ApiKey::ListOffsets;
            return Err(ClientFault::TooOld { key, has, needs });
        }
        let answer = connection
            .call(&compose(topic, &partitions, timestamp))
            .await?;
        let answer: list_offsets::Response<'_> = answer.read()?;
        let rows = answer.topics.iter().flat_map(|topic| &topic.partitions);
        listed.extend(rows.map(|row| {
            Listed {
                partition: row.partition_index,
                result: ClientFault::check(row.error_code, None)
                    .map(|()| (row.offset >= 0).then_some(row.offset)),
            }
        }));
    }
    Ok(listed)
}

/// The version from which on brokers know what a special timestamp means (KIP-734, 405, 1005,
/// 1023). Older ones would look for a record of that time.
fn version_min(timestamp: i64) -> i16 {
    match timestamp {
        -3 => 7,
        -4 => 8,
        -5 => 9,
        -6 => 11,
        _ => 0,
    }
}

fn compose(topic: &str, partitions: &[i32], timestamp: i64) -> list_offsets::Request<'static> {
    let partition = |index: &i32| list_offsets::ListOffsetsPartition {
        partition_index: *index,
        timestamp,
        ..list_offsets::ListOffsetsPartition::default()
    };
    let topic = list_offsets::ListOffsetsTopic {
        name: Text::Owned(topic.to_owned()),
        partitions: partitions.iter().map(partition).collect(),
        ..list_offsets::ListOffsetsTopic::default()
    };
    list_offsets::Request {
        replica_id: -1,
        isolation_level: Isolation::ReadUncommitted.number(),
        topics: vec![topic],
        timeout_ms: ANSWER_MS_MAX,
        ..list_offsets::Request::default()
    }
}
