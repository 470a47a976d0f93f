//! `corelane console-producer`: Kafka's `kafka-console-producer.sh`
//! (`org.apache.kafka.tools.ConsoleProducer` and `LineMessageReader`).
mod line;
mod options;
mod send;

pub use options::Options;
pub use send::send;
