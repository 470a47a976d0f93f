use std::collections::BTreeMap;

use super::broker::Endpoint;
use super::refusal::Refusal;
use crate::config::{Edit, Overrides};
use crate::model::{NodeId, Offset, PartitionId, TopicId, Uuid};
use crate::wire::metadata::Record;

/// What can be asked of the cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    Register(Registration),
    CreateTopics {
        topics: Vec<NewTopic>,
        validate_only: bool,
    },
    DeleteTopics(Vec<TopicRef>),
    CreatePartitions {
        topics: Vec<GrownTopic>,
        validate_only: bool,
    },
    AlterConfigs {
        resources: Vec<ResourceChange>,
        validate_only: bool,
    },
    UpdateFeatures {
        changes: Vec<FeatureChange>,
        validate_only: bool,
    },
    AllocateProducerIds(NodeId),
    /// A broker holds these partitions in these log directories.
    AssignLogDirs {
        node: NodeId,
        found: Vec<(PartitionId, Uuid)>,
    },
    /// A broker has lost log directories; these are left.
    LoseLogDirs {
        node: NodeId,
        online: Vec<Uuid>,
    },
    UnregisterBroker(NodeId),
}

/// What a command does if its records become durable, and what is answered then.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// To be appended together, in this order. None: nothing changes, answer once everything
    /// replayed so far is durable.
    pub records: Vec<Record<'static>>,
    pub reply: Reply,
}

/// One answer per command, in the same order of items as they were asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    Registered { epoch: i64 },
    Created(Vec<(String, Result<CreatedTopic, Refusal>)>),
    Deleted(Vec<DeletedTopic>),
    Grown(Vec<(String, Result<(), Refusal>)>),
    Altered(Vec<(Resource, Result<(), Refusal>)>),
    FeaturesUpdated,
    ProducerIds { first: i64, count: i64 },
    Unregistered,
    LogDirsChanged,
}

/// A broker has started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    pub node: NodeId,
    /// Where the records of this decision will stand in the metadata log: the broker's epoch,
    /// higher than that of any incarnation before.
    pub offset: Offset,
    /// New random bytes for each start.
    pub incarnation: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub rack: Option<String>,
    pub log_dirs: Vec<Uuid>,
    pub features: BTreeMap<String, (i16, i16)>,
    /// The last incarnation may have lost the end of its logs: its partitions get a new leader
    /// epoch, so that readers can tell the two histories apart.
    pub unclean: bool,
}

/// A topic of a CreateTopics request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTopic {
    pub name: String,
    /// -1: the broker's default, or what `assignments` says.
    pub partitions: i32,
    /// -1: the broker's default, or what `assignments` says.
    pub replication: i16,
    /// Partition numbers with their replicas; empty leaves the placement to the cluster.
    pub assignments: Vec<(i32, Vec<i32>)>,
    /// In the order of the request; of equal keys the last one counts.
    pub configs: Vec<(String, Option<String>)>,
    /// Random bytes: the topic's id, and the broker its placement starts at.
    pub dice: [u8; 16],
}

/// What a created topic looks like; told for `validate_only` too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatedTopic {
    pub id: TopicId,
    pub partitions: i32,
    pub replication: i16,
    pub overrides: Overrides,
}

/// A topic by name, by id, or wrongly by both or neither.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TopicRef {
    pub name: Option<String>,
    pub id: TopicId,
}

/// What became of one topic of a DeleteTopics request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeletedTopic {
    /// As far as they are known: the one not asked by is looked up.
    pub name: Option<String>,
    pub id: TopicId,
    pub result: Result<(), Refusal>,
}

/// A topic of a CreatePartitions request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrownTopic {
    pub name: String,
    /// Partitions afterwards, those that are there included.
    pub count: i32,
    /// Replicas of each new partition; `None` leaves the placement to the cluster.
    pub assignments: Option<Vec<Vec<i32>>>,
    /// Random bytes: the broker the placement starts at.
    pub dice: u64,
}

/// A new level of a feature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeatureChange {
    pub name: String,
    /// 0 turns the feature off.
    pub level: i16,
    pub step: FeatureStep,
}

/// Which way a level may go (`FeatureUpdate.UpgradeType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FeatureStep {
    Upgrade,
    SafeDowngrade,
    UnsafeDowngrade,
}

impl FeatureStep {
    pub fn from_code(code: i8) -> Option<FeatureStep> {
        match code {
            1 => Some(FeatureStep::Upgrade),
            2 => Some(FeatureStep::SafeDowngrade),
            3 => Some(FeatureStep::UnsafeDowngrade),
            _ => None,
        }
    }
}

/// Something that has settings (`ConfigResource`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Resource {
    Topic(String),
    /// A broker's id as text; empty for the default of all brokers.
    Broker(String),
    /// A subscription to metrics of clients.
    ClientMetrics(String),
    /// A consumer or share group.
    Group(String),
    /// Any other type, by its number on the wire.
    Other(i8, String),
}

impl Resource {
    pub fn from_wire(kind: i8, name: String) -> Resource {
        match kind {
            2 => Resource::Topic(name),
            4 => Resource::Broker(name),
            16 => Resource::ClientMetrics(name),
            32 => Resource::Group(name),
            _ => Resource::Other(kind, name),
        }
    }

    /// The type's number on the wire and in records.
    pub fn kind(&self) -> i8 {
        match self {
            Resource::Topic(_) => 2,
            Resource::Broker(_) => 4,
            Resource::ClientMetrics(_) => 16,
            Resource::Group(_) => 32,
            Resource::Other(kind, _) => *kind,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Resource::Topic(name)
            | Resource::Broker(name)
            | Resource::ClientMetrics(name)
            | Resource::Group(name)
            | Resource::Other(_, name) => name,
        }
    }
}

/// How the settings of one resource change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResourceChange {
    pub resource: Resource,
    pub change: Change,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Key by key (IncrementalAlterConfigs).
    Edit(Vec<Edit>),
    /// All values of the resource become these (AlterConfigs).
    Replace(Vec<(String, Option<String>)>),
}
