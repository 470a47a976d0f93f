//! What a fetch says of its partitions.

use crate::model::TopicId;

/// How a fetch names a topic: by name up to version 12, by id from 13.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicRef {
    Name(String),
    Id(TopicId),
}

/// A partition as a fetch names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub topic: TopicRef,
    pub index: i32,
}

/// What a client wants of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    pub fetch_offset: i64,
    pub max_bytes: i32,
    pub leader_epoch: i32,
    pub last_fetched_epoch: i32,
}

/// What the client was last told of one partition; news is what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub high: i64,
    pub log_start: i64,
}

/// What tests of its users follow.
#[cfg(test)]
pub mod samples {
    use super::{Key, TopicRef, Want};

    pub fn key(index: i32) -> Key {
        Key {
            topic: TopicRef::Name("t".into()),
            index,
        }
    }

    pub fn want(fetch_offset: i64) -> Want {
        Want {
            fetch_offset,
            max_bytes: 1,
            leader_epoch: -1,
            last_fetched_epoch: -1,
        }
    }
}
