use std::collections::BTreeMap;

use super::Malformed;
use crate::model::{NodeId, TopicId, Uuid};

/// `partition.metadata`: which topic the directory belongs to, across deletion and re-creation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartitionMetadata {
    pub topic: TopicId,
}

impl PartitionMetadata {
    /// Two lines, the last without an end of line, as Kafka writes them.
    pub fn encode(&self) -> String {
        format!("version: 0\ntopic_id: {}", self.topic)
    }

    pub fn decode(text: &str) -> Result<PartitionMetadata, Malformed> {
        let fields = read_pairs(text, ':');
        expect_version(&fields, "0")?;
        Ok(PartitionMetadata {
            topic: parsed(&fields, "topic_id")?,
        })
    }
}

/// `meta.properties`, version 1: whose data directory this is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetaProperties {
    pub cluster_id: String,
    pub node: NodeId,
    pub directory: Uuid,
}

impl MetaProperties {
    /// Keys in order, without the date that Java's properties begin with.
    pub fn encode(&self) -> String {
        format!(
            "cluster.id={}\ndirectory.id={}\nnode.id={}\nversion=1\n",
            self.cluster_id, self.directory, self.node.0
        )
    }

    pub fn decode(text: &str) -> Result<MetaProperties, Malformed> {
        let fields = read_pairs(text, '=');
        expect_version(&fields, "1")?;
        let node: i32 = parsed(&fields, "node.id")?;
        Ok(MetaProperties {
            cluster_id: parsed(&fields, "cluster.id")?,
            node: (node >= 0)
                .then_some(NodeId(node))
                .ok_or(Malformed::Field("node.id"))?,
            directory: parsed(&fields, "directory.id")?,
        })
    }
}

/// `.kafka_cleanshutdown`: all logs were closed; there is nothing to recover. Removed at start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CleanShutdown {
    /// The epoch under which the broker was registered; -1 when it never was.
    pub broker_epoch: i64,
}

impl CleanShutdown {
    pub fn encode(&self) -> String {
        format!("{{\"version\":0,\"brokerEpoch\":{}}}", self.broker_epoch)
    }

    /// Kafka 3.7 and older left an empty file: no epoch is known then.
    pub fn decode(text: &str) -> Result<CleanShutdown, Malformed> {
        if text.trim().is_empty() {
            return Ok(CleanShutdown { broker_epoch: -1 });
        }
        let json: serde_json::Value = from_json(text)?;
        let broker_epoch = json["brokerEpoch"].as_i64();
        Ok(CleanShutdown {
            broker_epoch: broker_epoch.ok_or(Malformed::Field("brokerEpoch"))?,
        })
    }
}

pub(super) fn from_json(text: &str) -> Result<serde_json::Value, Malformed> {
    serde_json::from_str(text).map_err(|error| Malformed::Json(error.to_string()))
}

/// `key<separator>value` lines; comments and blank lines are left out, the last of equal keys
/// counts, and a backslash before a character (as Java escapes `:` and `=`) is dropped.
fn read_pairs(text: &str, separator: char) -> BTreeMap<&str, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['#', '!']))
        .filter_map(|line| line.split_once(separator))
        .map(|(key, value)| (key.trim(), value.trim().replace('\\', "")))
        .collect()
}

fn expect_version(fields: &BTreeMap<&str, String>, version: &str) -> Result<(), Malformed> {
    match fields.get("version") {
        Some(found) if found == version => Ok(()),
        _ => Err(Malformed::Field("version")),
    }
}

fn parsed<T: std::str::FromStr>(
    fields: &BTreeMap<&str, String>,
    key: &'static str,
) -> Result<T, Malformed> {
    let field = fields.get(key).filter(|value| !value.is_empty());
    field
        .and_then(|value| value.parse().ok())
        .ok_or(Malformed::Field(key))
}
