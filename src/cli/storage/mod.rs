//! `corelane storage`: Kafka's `kafka-storage.sh` (`kafka.tools.StorageTool`).
//!
//! A data directory is formatted by its `meta.properties`. A broker formats its own at the first
//! start, so this is for scripts that do as with Kafka, and to choose the cluster's id.
//!
//! Deliberately absent: SCRAM credentials and feature levels of the first start.

mod format;
mod info;
mod options;
mod run;

pub use options::Options;
pub use run::run;
