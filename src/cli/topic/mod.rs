//! `corelane topics`: Kafka's `kafka-topics.sh` (`org.apache.kafka.tools.TopicCommand`).

mod assignment;
mod change;
mod describe;
mod options;
mod select;

pub use options::Options;
pub use select::run;
