//! `corelane console-consumer`: Kafka's `kafka-console-consumer.sh`
//! (`org.apache.kafka.tools.consumer.ConsoleConsumer` and `DefaultMessageFormatter`).
//!
//! Deliberately absent for now: groups. All partitions of the topics are followed at once.
mod choice;
mod deserialize;
mod follow;
mod format;
mod options;
mod output;
mod start;

pub use follow::follow;
pub use options::Options;
