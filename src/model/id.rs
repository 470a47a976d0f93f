use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};

/// The longest topic name Kafka allows: a directory name leaves room for `-<partition>` and a
/// suffix within 255 bytes (`org.apache.kafka.common.internals.Topic`).
const TOPIC_NAME_LENGTH_MAX: usize = 249;

/// 16 bytes, shown as Kafka shows them: 22 characters of URL-safe base64 without padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid([u8; 16]);

/// A topic's identity across deletion and re-creation under one name (KIP-516).
pub type TopicId = Uuid;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 22 characters of URL-safe base64, this is not: {0:?}")]
pub struct InvalidUuid(pub String);

impl Uuid {
    /// Means "no id" wherever the protocol carries one.
    pub const ZERO: Uuid = Uuid([0; 16]);
    /// The reserved id of `__cluster_metadata`.
    pub const METADATA: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

    pub const fn from_bytes(bytes: [u8; 16]) -> Uuid {
        Uuid(bytes)
    }

    /// Makes a version 4 id of random bytes. Like Kafka's, it never starts with a dash, so that
    /// tools do not read an id as a flag: such dice are turned into a legal neighbour.
    pub fn from_random(mut dice: [u8; 16]) -> Uuid {
        dice[6] = (dice[6] & 0x0f) | 0x40;
        dice[8] = (dice[8] & 0x3f) | 0x80;
        if dice[0] >> 2 == 62 {
            dice[0] &= 0x7f;
        }
        Uuid(dice)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub fn is_zero(&self) -> bool {
        *self == Uuid::ZERO
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Uuid {
    type Err = InvalidUuid;

    fn from_str(text: &str) -> Result<Uuid, InvalidUuid> {
        let mut bytes = [0u8; 16];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(16) => Ok(Uuid(bytes)),
            _ => Err(InvalidUuid(text.to_owned())),
        }
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A legal topic name, shared by reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(Arc<str>);

/// Why a text is no topic name, in Kafka's words (`Topic.validate`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Topic name is invalid: {0}")]
pub struct InvalidTopicName(pub String);

impl TopicName {
    pub fn parse(text: &str) -> Result<TopicName, InvalidTopicName> {
        let wrong = |why: String| Err(InvalidTopicName(why));
        if text.is_empty() {
            return wrong("the empty string is not allowed".into());
        }
        if text == "." || text == ".." {
            return wrong(format!("'{text}' is not allowed"));
        }
        if text.len() > TOPIC_NAME_LENGTH_MAX {
            return wrong(format!(
                "the length of '{text}' is longer than the max allowed length \
                 {TOPIC_NAME_LENGTH_MAX}"
            ));
        }
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if !text.bytes().all(legal) {
            return wrong(format!(
                "'{text}' contains one or more characters other than ASCII alphanumerics, \
                 '.', '_' and '-'"
            ));
        }
        Ok(TopicName(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Two names collide when they differ only in `.` and `_`: metric names fold the two.
    pub fn collides_with(&self, other: &TopicName) -> bool {
        let fold = |b: u8| if b == b'.' { b'_' } else { b };
        self.0.len() == other.0.len() && self.0.bytes().map(fold).eq(other.0.bytes().map(fold))
    }

    /// Topics whose names the broker itself writes to.
    pub fn is_internal(&self) -> bool {
        matches!(
            self.as_str(),
            "__consumer_offsets" | "__transaction_state" | "__share_group_state"
        )
    }
}

impl std::ops::Deref for TopicName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for TopicName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A broker's id, `node.id` in its configuration; -1 on the wire means no node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct NodeId(pub i32);

impl NodeId {
    pub const NONE: NodeId = NodeId(-1);
}

/// One of the executors of this process, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct ShardId(pub u16);

/// A partition by topic id: what shards, journals and newer clients speak of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartitionId {
    pub topic: TopicId,
    pub index: i32,
}

/// A partition by topic name: what directories, checkpoints and people speak of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TopicPartition {
    pub topic: TopicName,
    pub index: i32,
}

impl fmt::Display for TopicPartition {
    /// The directory name of the partition: `web-access-3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.index)
    }
}
