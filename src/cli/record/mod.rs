//! `corelane delete-records`: Kafka's `kafka-delete-records.sh` (`DeleteRecordsCommand`).

mod delete;

pub use delete::{Options, delete};
