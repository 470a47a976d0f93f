//! Deletion of the oldest records.

use std::collections::BTreeMap;

use crate::client::{ClientFault, Cluster};
use crate::model::NodeId;
use crate::wire::Text;
use crate::wire::api::delete_records as api;

/// How long a leader may wait for its followers.
const DELETE_MS_MAX: i32 = 30_000;

/// Records of a partition to be deleted: those before `offset`; -1 means all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trim {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

/// What came of one [`Trim`]: the first offset that is left.
pub type Trimmed = (Trim, Result<i64, ClientFault>);

/// Deletes at the leaders, in the order of `trims`.
pub async fn delete_records(
    cluster: &Cluster,
    trims: &[Trim],
) -> Result<Vec<Trimmed>, ClientFault> {
    let mut by_leader: BTreeMap<NodeId, Vec<&Trim>> = BTreeMap::new();
    let mut outcomes: BTreeMap<(&str, i32), Result<i64, ClientFault>> = BTreeMap::new();
    for trim in trims {
        match cluster.leader(&trim.topic, trim.partition).await {
            Ok(leader) => by_leader.entry(leader).or_default().push(trim),
            Err(fault) => drop(outcomes.insert((&trim.topic, trim.partition), Err(fault))),
        }
    }
    for (leader, trims) in by_leader {
        let connection = cluster.broker(leader).await?;
        let answer = connection.call(&compose(&trims)).await?;
        let answer: api::Response<'_> = answer.read()?;
        for trim in trims {
            let outcome = outcome(&answer, trim);
            outcomes.insert((&trim.topic, trim.partition), outcome);
        }
    }
    let mut told = Vec::with_capacity(trims.len());
    for trim in trims {
        let key = (trim.topic.as_str(), trim.partition);
        let missing = || ClientFault::Missing(format!("{}-{}", trim.topic, trim.partition));
        let outcome = outcomes.remove(&key).unwrap_or_else(|| Err(missing()));
        told.push((trim.clone(), outcome));
    }
    Ok(told)
}

fn compose(trims: &[&Trim]) -> api::Request<'static> {
    let mut topics: BTreeMap<&str, Vec<api::DeleteRecordsPartition<'static>>> = BTreeMap::new();
    for trim in trims {
        let partition = api::DeleteRecordsPartition {
            partition_index: trim.partition,
            offset: trim.offset,
            ..Default::default()
        };
        topics.entry(&trim.topic).or_default().push(partition);
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| api::DeleteRecordsTopic {
            name: Text::Owned(name.to_owned()),
            partitions,
            ..Default::default()
        });
    api::Request {
        topics: topics.collect(),
        timeout_ms: DELETE_MS_MAX,
        ..api::Request::default()
    }
}

fn outcome(answer: &api::Response<'_>, trim: &Trim) -> Result<i64, ClientFault> {
    let topic = answer
        .topics
        .iter()
        .find(|topic| *topic.name == *trim.topic);
    let rows = topic.into_iter().flat_map(|topic| &topic.partitions);
    let missing = || ClientFault::Missing(format!("{}-{}", trim.topic, trim.partition));
    let row = rows
        .into_iter()
        .find(|row| row.partition_index == trim.partition);
    let row = row.ok_or_else(missing)?;
    ClientFault::check(row.error_code, None).map(|()| row.low_watermark)
}
