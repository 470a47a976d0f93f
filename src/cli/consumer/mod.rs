//! `corelane console-consumer`: Kafka's `kafka-console-consumer.sh`
//! (`org.apache.kafka.tools.consumer.ConsoleConsumer` and `DefaultMessageFormatter`).
//!
//! Deliberately absent for now: groups. All partitions of the topic are followed at once.
mod follow;
mod format;
mod options;

pub use follow::follow;
pub use options::Options;
