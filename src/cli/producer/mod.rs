//! `corelane console-producer`: Kafka's `kafka-console-producer.sh`
//! (`org.apache.kafka.tools.ConsoleProducer` and `LineMessageReader`).

mod options;

pub use options::Options;
