//! The metadata machine: which topics, partitions, settings and brokers there are.
//!
//! [`Cluster::decide`] turns a [`Command`] into KRaft records and a [`Reply`], and changes
//! nothing. [`Cluster::replay`] takes a record into the [`Image`], and is the only thing that
//! does. What is decided is appended to `__cluster_metadata-0`; when it is durable, every shard
//! replays the same records into an image of its own and looks at the [`Delta`] to see what it has
//! to open, close or change. Boot is the same replay from offset 0.
//!
//! ```text
//!            decide                 append, sync              replay        take_delta
//! Command ----------> Record*, Reply ----------> the log ----------> Image ----------> reconcile
//! ```
//!
//! Invariant: replaying the records of a log, or of [`Image::records`], gives the same image on
//! every shard and after every restart. Decisions are made one at a time: a decision must be
//! replayed, or dropped, before the next one is asked for.
//!
//! A [`Refusal`] says why a command changes nothing, in Kafka's words; its error code is known to
//! `server` alone.
//!
//! Deliberately absent: the log and its offsets, clocks and dice (random bytes come with the
//! command), connections, who leads the quorum. Records of quotas, credentials, ACLs, delegation
//! tokens and of Kafka's own housekeeping are passed over until the machines that own them exist.

mod alter;
mod assign;
mod broker;
mod command;
mod create;
mod delete;
mod delta;
mod describe;
mod directories;
pub mod feature;
mod grow;
mod image;
mod machine;
mod placement;
mod refusal;
mod register;
mod replay;
mod snapshot;
mod times;
mod topic;
mod update;

pub use broker::{Broker, Endpoint};
pub use command::{
    Change, Command, CreatedTopic, Decision, DeletedTopic, FeatureChange, FeatureStep, GrownTopic,
    NewTopic, Registration, Reply, Resource, ResourceChange, TopicRef,
};
pub use delta::Delta;
pub use describe::describe_configs;
pub use directories::{Occupancy, is_directory};
pub use image::Image;
pub use machine::{Cluster, METADATA_VERSION, PRODUCER_ID_BLOCK, decode, encode};
pub use refusal::{AssignmentFault, FeatureFault, Refusal};
pub use topic::{Partition, Topic};
