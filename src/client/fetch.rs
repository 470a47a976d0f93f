use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;

use super::{ClientFault, Cluster, ConsumeSettings};
use crate::model::{NodeId, ProducerId, Uuid};
use crate::wire::Text;
use crate::wire::api::fetch;

/// Where to read in one partition.
#[derive(Clone, Debug)]
pub struct Target {
    pub topic: Rc<str>,
    pub topic_id: Uuid,
    pub partition: i32,
    pub leader_epoch: i32,
    pub offset: i64,
}

/// What one partition's part of an answer says.
#[derive(Debug)]
pub struct Portion {
    pub topic: Rc<str>,
    pub partition: i32,
    pub result: Result<Found, ClientFault>,
}

/// Batches as they lie in the log; the first may begin before the offset asked for.
#[derive(Debug, Clone)]
pub struct Found {
    pub records: Bytes,
    pub high_watermark: i64,
    /// Producers and first offsets of transactions that were aborted.
    pub aborted: Vec<(ProducerId, i64)>,
}

/// Reads from one leader, outside of any fetch session. One portion for each target; those that
/// the answer does not mention failed.
pub async fn fetch(
    cluster: &Cluster,
    leader: NodeId,
    targets: &[Target],
    settings: &ConsumeSettings,
) -> Vec<Portion> {
    match ask(cluster, leader, targets, settings).await {
        Ok(mut found) => targets
            .iter()
            .map(|target| portion(target, &mut found))
            .collect(),
        Err(fault) => {
            let failed = |target: &Target| Portion {
                topic: target.topic.clone(),
                partition: target.partition,
                result: Err(fault.clone()),
            };
            targets.iter().map(failed).collect()
        }
    }
}

type ByPartition = BTreeMap<(Rc<str>, i32), Result<Found, ClientFault>>;

fn portion(target: &Target, found: &mut ByPartition) -> Portion {
    let (topic, partition) = (target.topic.clone(), target.partition);
    let missing = || {
        Err(ClientFault::Missing(format!(
            "partition {topic}-{partition}"
        )))
    };
    let result = found
        .remove(&(topic.clone(), partition))
        .unwrap_or_else(missing);
    Portion {
        topic,
        partition,
        result,
    }
}

async fn ask(
    cluster: &Cluster,
    leader: NodeId,
    targets: &[Target],
    settings: &ConsumeSettings,
) -> Result<ByPartition, ClientFault> {
    let connection = cluster.broker(leader).await?;
    let answer = connection.call(&compose(targets, settings)).await?;
    let response: fetch::Response<'_> = answer.read()?;
    ClientFault::check(response.error_code, None)?;
    let mut found = ByPartition::new();
    for topic in &response.responses {
        let Some(name) = name_of(topic, targets) else {
            continue;
        };
        for row in &topic.partitions {
            let result = ClientFault::check(row.error_code, None).map(|()| Found {
                records: row
                    .records
                    .map_or(Bytes::new(), |records| answer.keep(records.slice())),
                high_watermark: row.high_watermark,
                aborted: aborted(row),
            });
            found.insert((name.clone(), row.partition_index), result);
        }
    }
    Ok(found)
}

/// Answers name topics until version 12, and give their ids from 13 on.
fn name_of(topic: &fetch::FetchableTopicResponse<'_>, targets: &[Target]) -> Option<Rc<str>> {
    let same = |target: &&Target| match topic.topic.is_empty() {
        true => target.topic_id == topic.topic_id,
        false => *target.topic == *topic.topic,
    };
    targets.iter().find(same).map(|target| target.topic.clone())
}

fn aborted(row: &fetch::PartitionData<'_>) -> Vec<(ProducerId, i64)> {
    let listed = row.aborted_transactions.iter().flatten();
    listed
        .map(|txn| (ProducerId(txn.producer_id), txn.first_offset))
        .collect()
}

fn compose(targets: &[Target], settings: &ConsumeSettings) -> fetch::Request<'static> {
    let mut topics: Vec<fetch::FetchTopic<'static>> = Vec::new();
    for target in targets {
        let partition = fetch::FetchPartition {
            partition: target.partition,
            current_leader_epoch: target.leader_epoch,
            fetch_offset: target.offset,
            partition_max_bytes: settings.partition_bytes_max,
            ..fetch::FetchPartition::default()
        };
        match topics
            .iter_mut()
            .find(|topic| *topic.topic == *target.topic)
        {
            Some(topic) => topic.partitions.push(partition),
            None => topics.push(fetch::FetchTopic {
                topic: Text::Owned(target.topic.to_string()),
                topic_id: target.topic_id,
                partitions: vec![partition],
                ..fetch::FetchTopic::default()
            }),
        }
    }
    fetch::Request {
        max_wait_ms: i32::try_from(settings.max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.bytes_min,
        max_bytes: settings.bytes_max,
        isolation_level: settings.isolation.number(),
        topics,
        ..fetch::Request::default()
    }
}
