//! What brokers keep in their data directories.

use crate::client::{ClientFault, Cluster};
use crate::model::NodeId;
use crate::wire::api::describe_log_dirs as api;

/// One data directory of a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    pub path: String,
    pub error_code: i16,
    pub partitions: Vec<LogDirPartition>,
}

/// One partition in a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirPartition {
    pub topic: String,
    pub index: i32,
    /// Bytes of all its segments.
    pub size: i64,
    pub offset_lag: i64,
    /// It is on its way here from another directory.
    pub is_future: bool,
}

/// All directories of one broker with all partitions in them.
pub async fn log_dirs(cluster: &Cluster, broker: NodeId) -> Result<Vec<LogDir>, ClientFault> {
    let request = api::Request {
        topics: None,
        ..api::Request::default()
    };
    let answer = cluster.broker(broker).await?.call(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, None)?;
    Ok(answer.results.iter().map(directory).collect())
}

fn directory(row: &api::DescribeLogDirsResult<'_>) -> LogDir {
    let held = row.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|partition| LogDirPartition {
            topic: topic.name.to_string(),
            index: partition.partition_index,
            size: partition.partition_size,
            offset_lag: partition.offset_lag,
            is_future: partition.is_future_key,
        })
    });
    LogDir {
        path: row.log_dir.to_string(),
        error_code: row.error_code,
        partitions: held.collect(),
    }
}
