//! `corelane get-offsets`: Kafka's `kafka-get-offsets.sh` (`GetOffsetShell`).

mod options;
mod print;
mod rule;
mod time;

pub use options::Options;
pub use print::print;
