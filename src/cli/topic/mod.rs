//! `corelane topics`: Kafka's `kafka-topics.sh` (`org.apache.kafka.tools.TopicCommand`).

mod options;

pub use options::Options;
