//! `corelane get-offsets`: Kafka's `kafka-get-offsets.sh` (`GetOffsetShell`).

mod options;

pub use options::Options;
