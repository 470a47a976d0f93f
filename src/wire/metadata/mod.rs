//! The records of cluster metadata, as `__cluster_metadata-0` and its snapshots hold them.
//!
//! A record is the value of a log record without a key: frame version 1, type and record version
//! as unsigned varints, then a flexible body (`MetadataRecordSerde`). [`Record`] is any of them.
//! What they mean is room `cluster`'s business. Deliberately absent: the control records of the
//! same log (room `records`).

pub mod acl;
pub mod broker;
pub mod config;
pub mod controller;
pub mod credential;
pub mod feature;
pub mod partition;
pub mod producer_ids;
pub mod quota;
mod record;
pub mod topic;
pub mod transaction;

pub use record::Record;
