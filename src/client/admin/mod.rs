//! Questions to a cluster and changes of it: what Kafka's `Admin` does, one file per noun.
//!
//! Every call is one request, sent once where it changes something: when its connection breaks,
//! the change may have been made. Which broker is asked follows Kafka: the controller for changes,
//! the broker itself for its own settings and directories, the leader for records, any other.
//!
//! Deliberately absent: groups and transactions.

mod acls;
mod brokers;
mod configs;
mod elections;
mod features;
mod log_dirs;
mod quorum;
mod quotas;
mod reassignments;
mod records;
mod scram;
mod topics;

pub use acls::{AclEntry, AclFilter, AclPattern, acls};
pub use brokers::{BrokerRow, ServedApi, cluster_id, cluster_rows, served_apis, unregister};
pub use configs::{
    Config, ConfigEdit, ConfigKind, ConfigSynonym, alter_configs, configs, configured,
    topic_configs,
};
pub use elections::{Elected, ElectionKind, elect};
pub use features::{FeatureEdit, FeatureRow, FeatureStep, Features, features, update_features};
pub use log_dirs::{LogDir, LogDirPartition, log_dirs};
pub use quorum::{Quorum, QuorumReplica, quorum};
pub use quotas::{QuotaEdit, QuotaEntity, QuotaMatch, alter_quotas, quotas};
pub use reassignments::{Reassignment, reassignments};
pub use records::{Trim, Trimmed, delete_records};
pub use scram::{ScramCredential, scram_credentials};
pub use topics::{NewTopic, create_partitions, create_topic, delete_topic, topics};
