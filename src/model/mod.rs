//! The nouns of the house: identifiers, offsets, epochs, times and Kafka's error codes.
//!
//! Everything here only names a thing. Nothing can wait, and nothing fails except the reading of
//! text into a noun. Deliberately absent: maps of nouns, rules about nouns, bytes on a wire.

mod assignment;
mod code;
mod epoch;
mod id;
mod offset;
mod producer;
mod time;

pub use assignment::Assignment;
pub use code::ErrorCode;
pub use epoch::{LeaderEpoch, ProducerEpoch};
pub use id::{
    InvalidTopicName, InvalidUuid, NodeId, PartitionId, ShardId, TopicId, TopicName,
    TopicPartition, Uuid,
};
pub use offset::{Offset, Watermarks};
pub use producer::{ProducerId, Sequence};
pub use time::{Instant, Timestamp};
