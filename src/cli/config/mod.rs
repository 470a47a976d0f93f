//! `corelane configs`: Kafka's `kafka-configs.sh` (`kafka.admin.ConfigCommand`).
//!
//! An [`entity`] is what settings belong to. Those of topics, brokers, loggers, groups and client
//! metrics are configurations; those of users, clients and addresses are quotas, and users have
//! SCRAM credentials beside them.
//!
//! Deliberately absent: making SCRAM credentials.

mod alter;
mod describe;
mod edits;
mod entity;
mod options;
mod ordered;
mod quota;
mod run;

pub use options::Options;
pub use run::run;
