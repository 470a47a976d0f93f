//! `corelane console-consumer`: Kafka's `kafka-console-consumer.sh`
//! (`org.apache.kafka.tools.consumer.ConsoleConsumer` and `DefaultMessageFormatter`).
//!
//! Deliberately absent for now: groups. All partitions of the topic are followed at once.

mod options;

pub use options::Options;
