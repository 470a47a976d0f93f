//! Elections of partition leaders.

use std::collections::BTreeMap;

use crate::client::{ClientFault, Cluster};
use crate::wire::Text;
use crate::wire::api::elect_leaders as api;

/// How long the controller may take.
const ELECT_MS_MAX: i32 = 30_000;

/// Who may be elected (`ElectionType`), by its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElectionKind {
    /// The first replica of each partition.
    Preferred = 0,
    /// Any replica, also one that lacks records.
    Unclean = 1,
}

/// What came of the election of one partition.
pub type Elected = ((String, i32), Result<(), ClientFault>);

/// Has leaders elected: of the partitions named, or of all. In order of topic and partition.
pub async fn elect(
    cluster: &Cluster,
    kind: ElectionKind,
    partitions: Option<&[(String, i32)]>,
) -> Result<Vec<Elected>, ClientFault> {
    let grouped = partitions.map(|partitions| {
        let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
        for (topic, index) in partitions {
            topics.entry(topic).or_default().push(*index);
        }
        let row = |(topic, partitions): (&str, Vec<i32>)| api::TopicPartitions {
            topic: Text::Owned(topic.to_owned()),
            partitions,
            ..Default::default()
        };
        topics.into_iter().map(row).collect()
    });
    let request = api::Request {
        election_type: kind as i8,
        topic_partitions: grouped,
        timeout_ms: ELECT_MS_MAX,
        ..api::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, None)?;
    let mut elected = Vec::new();
    for topic in &answer.replica_election_results {
        for row in &topic.partition_result {
            let outcome = ClientFault::check(row.error_code, row.error_message.as_deref());
            elected.push(((topic.topic.to_string(), row.partition_id), outcome));
        }
    }
    elected.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(elected)
}
