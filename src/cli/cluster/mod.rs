//! Commands about the cluster and its brokers: `corelane cluster`, `broker-api-versions`,
//! `log-dirs`, `metadata-quorum`, `leader-election` and `reassign-partitions`, each named as
//! Kafka's script.

mod api_names;
pub mod api_versions;
pub mod election;
pub mod identity;
pub mod log_dirs;
pub mod quorum;
pub mod reassignment;
