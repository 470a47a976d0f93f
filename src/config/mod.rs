//! Settings: one table of keys, the text of `server.properties` read once, dynamic values on top.
//!
//! The room owns the names, types, ranges and defaults of every setting, of the broker
//! ([`BROKER_KEYS`]), of topics ([`TOPIC_KEYS`]), of groups and of client metrics ([`GROUP_KEYS`],
//! [`CLIENT_METRICS_KEYS`]), and the order in which sources win:
//!
//! ```text
//! topic override > dynamic, this broker > dynamic, cluster default > file or --set > default
//! ```
//!
//! Text becomes [`Settings`] and [`TopicSettings`] once; other rooms read typed fields and never
//! meet a key's name. Names are Kafka's where Kafka has the knob, `corelane.` keys are ours. A key
//! that only Kafka has is ignored and reported; a key that nobody has is a fault.
//!
//! Defaults that differ from Kafka's on purpose: `flush.messages` and `log.flush.interval.messages`
//! are 1 (an acknowledged record is on the disk), `listeners` binds the loopback address only,
//! `log.dir` is `./corelane-data`, and `node.id` and `process.roles` have a default at all.
//!
//! Deliberately absent: files (the caller reads them), the places where dynamic values are stored
//! (`cluster`), and what a setting does.

mod alter;
mod broker;
mod describe;
mod directories;
pub mod fuzz;
mod group;
mod kafka_names;
mod key;
mod layer;
mod listener;
mod memory;
mod nearest;
mod parse;
mod properties;
mod settings;
mod topic;
mod topic_settings;
mod value;

pub use alter::{AlterFault, Edit, Operation, check_topic, edit_broker, edit_topic};
pub use alter::{edit_client_metrics, edit_group};
pub use broker::{BROKER_KEYS, Group, broker_key};
pub use describe::{Entry, Synonym, describe_broker, describe_cluster_default, describe_topic};
pub use directories::DirectoryPolicy;
pub use group::{CLIENT_METRICS_KEYS, GROUP_KEYS, describe_client_metrics, describe_group};
pub use kafka_names::KAFKA_BROKER_KEYS;
pub use key::{Key, Kind, Mode, Range};
pub use layer::{Overrides, Source};
pub use listener::{InvalidListener, Listener};
pub use memory::MemoryPolicy;
pub use nearest::nearest;
pub use parse::{ConfigFault, properties};
pub use properties::server_properties;
pub use settings::{
    CleanerPolicy, FetchPolicy, JournalPolicy, NetworkPolicy, ProducerPolicy, Settings, TopicPolicy,
};
pub use topic::{TOPIC_KEYS, TopicKey, topic_key};
pub use topic_settings::{
    Cleanup, CompactionPolicy, Compression, CompressionType, RetentionPolicy, SegmentPolicy,
    TimestampPolicy, TimestampType, TopicSettings,
};
pub use value::InvalidValue;
