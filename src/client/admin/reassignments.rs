//! Partitions on their way to other brokers.

use crate::client::{ClientFault, Cluster};
use crate::wire::api::list_partition_reassignments as api;

/// A partition whose replicas are changing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reassignment {
    pub topic: String,
    pub partition: i32,
    pub replicas: Vec<i32>,
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
}

/// All that are under way, by topic and partition.
pub async fn reassignments(cluster: &Cluster) -> Result<Vec<Reassignment>, ClientFault> {
    let request = api::Request::default();
    let answer = cluster.change(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let mut rows = Vec::new();
    for topic in &answer.topics {
        rows.extend(topic.partitions.iter().map(|row| Reassignment {
            topic: topic.name.to_string(),
            partition: row.partition_index,
            replicas: row.replicas.clone(),
            adding: row.adding_replicas.clone(),
            removing: row.removing_replicas.clone(),
        }));
    }
    rows.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
    Ok(rows)
}
