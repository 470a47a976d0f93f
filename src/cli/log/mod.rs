//! `corelane dump-log`: Kafka's `kafka-dump-log.sh` (`org.apache.kafka.tools.DumpLogSegments`).
//!
//! Files are read as they lie on the disk, also broken ones, and also while a broker writes them.
//! What a file holds goes to stdout; what contradicts itself is collected and told on stderr at
//! the end, as Kafka does.
//!
//! Deliberately absent for now: decoders of the topics of groups, transactions and tiering.

mod batch;
mod control;
mod decoder;
mod dump;
mod finding;
mod index;
mod options;
mod source;
mod state;

pub use dump::dump;
pub use options::Options;
