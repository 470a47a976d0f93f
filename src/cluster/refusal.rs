use crate::config::AlterFault;
use crate::model::{InvalidTopicName, TopicName};

/// Why a command changes nothing, in the words of Kafka 4.3.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("Duplicate topic name.")]
    DuplicateTopicName,
    #[error("Duplicate topic id.")]
    DuplicateTopicId,
    #[error("Creation of internal topic {0} is prohibited.")]
    ProhibitedTopic(String),
    #[error(transparent)]
    InvalidTopicName(#[from] InvalidTopicName),
    #[error("Topic '{name}' collides with existing topic: {existing}")]
    TopicCollision { name: String, existing: TopicName },
    #[error("Topic '{0}' already exists.")]
    TopicExists(TopicName),
    #[error("Null value not supported for topic configs: {}", .0.join(","))]
    NullConfigs(Vec<String>),
    #[error(transparent)]
    Config(#[from] AlterFault),
    #[error("Replication factor must be larger than 0, or -1 to use the default value.")]
    InvalidReplicationFactor,
    #[error("Number of partitions was set to an invalid non-positive value.")]
    InvalidPartitionCount,
    #[error(
        "Unable to replicate the partition {wanted} time(s): The target replication factor of \
         {wanted} cannot be reached because only {brokers} broker(s) are registered or some \
         brokers have all their log directories cordoned."
    )]
    TooFewBrokers { wanted: i16, brokers: usize },
    #[error(
        "Unable to replicate the partition {wanted} time(s): All brokers are currently fenced, or \
         have all their log directories cordoned."
    )]
    AllBrokersFenced { wanted: i16 },
    #[error("Excessively large number of partitions per request.")]
    TooManyPartitions,
    #[error("A manual partition assignment was specified, but numPartitions was not set to -1.")]
    AssignmentAndPartitions,
    #[error(
        "A manual partition assignment was specified, but replication factor was not set to -1."
    )]
    AssignmentAndReplication,
    #[error(transparent)]
    Assignment(#[from] AssignmentFault),
    #[error("This server does not host this topic-partition.")]
    UnknownTopic,
    #[error("This server does not host this topic ID.")]
    UnknownTopicId,
    #[error("The topic '{0}' does not exist.")]
    NoSuchTopic(String),
    #[error("Neither topic name nor id were specified.")]
    NeitherNameNorId,
    #[error("You may not specify both topic name and topic id.")]
    BothNameAndId,
    #[error("The provided topic name maps to an ID that was already supplied.")]
    NameOfSuppliedId,
    #[error("Topic deletion is disabled.")]
    DeletionDisabled,
    #[error("Topic already has {0} partition(s).")]
    SamePartitionCount(i32),
    #[error(
        "The topic {topic} currently has {current} partition(s); {wanted} would not be an \
         increase."
    )]
    FewerPartitions {
        topic: TopicName,
        current: i32,
        wanted: i32,
    },
    #[error("Each resource must appear at most once.")]
    DuplicateResource,
    #[error("Default topic resources are not allowed.")]
    DefaultTopicResource,
    #[error("Node id must be an integer, but it is: {0}")]
    NodeIdNotInteger(String),
    #[error("Broker id must be an integer, but it is: {0}")]
    BrokerIdNotInteger(String),
    #[error("Unexpected broker id, expected {expected}, but received {received}")]
    OtherBroker { expected: i32, received: i32 },
    #[error("Unexpected broker id, expected {expected} or empty string, but received {received}")]
    OtherBrokerDescribed { expected: i32, received: i32 },
    #[error("Default group resources are not allowed.")]
    NoGroupName,
    #[error("Subscription name can't be empty")]
    NoMetricsName,
    #[error("Logger {0} does not exist!")]
    NoLogger(String),
    #[error("Unknown resource type {0}")]
    UnknownResourceType(i8),
    #[error(
        "The update failed for all features since the following feature had an error: {}",
        .fault.told(.feature, *.level)
    )]
    Feature {
        feature: String,
        level: i16,
        fault: FeatureFault,
    },
    #[error("Broker ID {0} is not currently registered")]
    BrokerNotRegistered(i32),
    #[error("Broker ID {0} is running; stop it before it is unregistered")]
    BrokerRunning(i32),
}

/// Why a feature does not move to a level.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FeatureFault {
    #[error("A feature version cannot be less than 0.")]
    Negative,
    #[error("The controller does not support the given upgrade type.")]
    UnknownStep,
    #[error("Feature {0} not found.")]
    NotFound(String),
    #[error("Local controller {node} does not support this feature.")]
    Unsupported { node: i32 },
    #[error("Local controller {node} only supports versions {min}-{max}")]
    OutOfRange { node: i32, min: i16, max: i16 },
    #[error(
        "Can't downgrade the version of this feature without setting the upgrade type to either \
         safe or unsafe downgrade."
    )]
    NotAnUpgrade,
    #[error("Can't downgrade to a newer version.")]
    NotADowngrade,
    #[error(
        "Unsupported metadata.version downgrade from {from} to {to}. Refusing to perform the \
         requested downgrade because it might delete metadata information."
    )]
    LosesMetadata { from: i16, to: i16 },
    #[error(
        "Unsupported metadata.version downgrade from {from} to {to}. Unsafe metadata downgrade is \
         not supported in this version."
    )]
    UnsafeMetadata { from: i16, to: i16 },
}

impl FeatureFault {
    /// Downgrades of the metadata name the feature themselves.
    fn told(&self, feature: &str, level: i16) -> String {
        match self {
            FeatureFault::LosesMetadata { .. } | FeatureFault::UnsafeMetadata { .. } => {
                self.to_string()
            }
            _ => format!("Invalid update version {level} for feature {feature}. {self}"),
        }
    }
}

/// What is wrong with replicas that a request names itself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AssignmentFault {
    #[error("Found multiple manual partition assignments for partition {0}")]
    Repeated(i32),
    #[error("partitions should be a consecutive 0-based integer sequence")]
    NotConsecutive,
    #[error("The manual partition assignment includes an empty replica list.")]
    Empty,
    #[error("The manual partition assignment includes the broker {0} more than once.")]
    RepeatedBroker(i32),
    #[error(
        "The manual partition assignment includes broker {0}, but no such broker is registered."
    )]
    UnknownBroker(i32),
    #[error(
        "The manual partition assignment includes a partition with {found} replica(s), but this is \
         not consistent with previous partitions, which have {expected} replica(s)."
    )]
    OtherReplication { found: usize, expected: usize },
    #[error(
        "All brokers specified in the manual partition assignment for partition {0} are fenced or \
         in controlled shutdown."
    )]
    AllFenced(i32),
    #[error(
        "Attempted to add {added} additional partition(s), but only {given} assignment(s) were \
         specified."
    )]
    OtherCount { added: i32, given: usize },
}
