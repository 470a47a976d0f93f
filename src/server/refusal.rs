//! The one place where refusals become Kafka's error codes.

use crate::config::AlterFault;
use crate::model::ErrorCode;
use crate::records::{CodecFault, Malformed};
use crate::shard::{AppendRefusal, CommandRefusal, ReadRefusal};
use crate::{cluster, log, records, replica};

/// An error as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: ErrorCode,
    /// For versions that have a place for it.
    pub message: Option<String>,
    /// Bad records of a refused batch: index and message.
    pub records: Vec<(i32, Option<String>)>,
}

impl Refused {
    pub fn bare(code: ErrorCode) -> Refused {
        Refused {
            code,
            message: None,
            records: Vec::new(),
        }
    }

    pub fn with(code: ErrorCode, message: impl ToString) -> Refused {
        Refused {
            code,
            message: Some(message.to_string()),
            records: Vec::new(),
        }
    }
}

/// A produce to one partition.
pub fn of_append(refusal: &AppendRefusal) -> Refused {
    use AppendRefusal as R;
    let code = match refusal {
        R::Batch(batch) => return of_batch(batch),
        R::Log(log) => of_log(log),
        // Retriable: another broker may lead by then, or this one was restarted.
        R::Fault(_) | R::DiskFull | R::Abandoned => ErrorCode::KafkaStorageError,
        R::TimedOut => ErrorCode::RequestTimedOut,
        R::NotHosted => ErrorCode::NotLeaderOrFollower,
        R::ZstdNotAllowed => ErrorCode::UnsupportedCompressionType,
    };
    Refused::with(code, refusal)
}

fn of_batch(refusal: &records::Refusal) -> Refused {
    use records::Refusal as R;
    let code = match refusal {
        R::TooLarge { .. } => ErrorCode::MessageTooLarge,
        R::Codec(CodecFault::TooLarge { .. }) => ErrorCode::MessageTooLarge,
        R::Crc { .. } => ErrorCode::CorruptMessage,
        R::Malformed(malformed) => of_malformed(malformed),
        // Kafka does not expect it; no client repeats such a batch.
        R::Codec(CodecFault::Broken(_)) => ErrorCode::UnknownServerError,
        R::Records(errors) if errors.any_timestamp => ErrorCode::InvalidTimestamp,
        R::NoBatch
        | R::BaseOffset(_)
        | R::OffsetRange(_)
        | R::Count(_)
        | R::CountOfRange { .. }
        | R::ControlBatch
        | R::Sequence { .. }
        | R::OffsetDelta { .. }
        | R::Records(_) => ErrorCode::InvalidRecord,
    };
    let mut refused = Refused::with(code, refusal);
    if let R::Records(errors) = refusal {
        let entry = |e: &records::RecordError| (e.index as i32, Some(e.wrong.to_string()));
        refused.records = errors.first.iter().map(entry).collect();
    }
    refused
}

fn of_malformed(malformed: &Malformed) -> ErrorCode {
    match malformed {
        Malformed::Length(_) => ErrorCode::CorruptMessage,
        // The old formats are known, if not served.
        Malformed::Magic(0 | 1) => ErrorCode::InvalidRecord,
        Malformed::Magic(_) => ErrorCode::CorruptMessage,
        Malformed::Codec(_) => ErrorCode::UnknownServerError,
        Malformed::Truncated { .. } | Malformed::TrailingBytes(_) | Malformed::Record { .. } => {
            ErrorCode::InvalidRecord
        }
    }
}

fn of_log(refusal: &log::Refusal) -> ErrorCode {
    use log::Refusal as R;
    match refusal {
        R::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        R::LargerThanSegment { .. } => ErrorCode::RecordListTooLarge,
        R::OffsetsExhausted => ErrorCode::UnknownServerError,
        R::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
        R::InvalidProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
        R::TransactionOpen { .. } => ErrorCode::InvalidTxnState,
        R::CoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
    }
}

/// A fetch or an offset query of one partition.
pub fn of_read(refusal: &ReadRefusal) -> Refused {
    let code = match refusal {
        ReadRefusal::Log(log) => of_log(log),
        ReadRefusal::Fault(_) => ErrorCode::KafkaStorageError,
        ReadRefusal::Corrupt { .. } => ErrorCode::CorruptMessage,
        ReadRefusal::NotHosted => ErrorCode::NotLeaderOrFollower,
        ReadRefusal::Epoch(replica::Refusal::FencedEpoch { .. }) => ErrorCode::FencedLeaderEpoch,
        ReadRefusal::Epoch(replica::Refusal::UnknownEpoch { .. }) => ErrorCode::UnknownLeaderEpoch,
    };
    Refused::with(code, refusal)
}

/// A command to the cluster that was not carried out at all.
pub fn of_command(refusal: &CommandRefusal) -> Refused {
    match refusal {
        CommandRefusal::Refused(refused) => of_cluster(refused),
        CommandRefusal::Log(_) | CommandRefusal::Unsafe(_) => {
            Refused::with(ErrorCode::KafkaStorageError, refusal)
        }
        CommandRefusal::Stopped(_) => Refused::with(ErrorCode::NotController, refusal),
    }
}

/// A change of the cluster's metadata.
pub fn of_cluster(refusal: &cluster::Refusal) -> Refused {
    use cluster::Refusal as R;
    let code = match refusal {
        R::DuplicateTopicName
        | R::DuplicateTopicId
        | R::ProhibitedTopic(_)
        | R::AssignmentAndPartitions
        | R::AssignmentAndReplication
        | R::NeitherNameNorId
        | R::BothNameAndId
        | R::NameOfSuppliedId
        | R::DuplicateResource
        | R::DefaultTopicResource
        | R::NodeIdNotInteger(_)
        | R::BrokerIdNotInteger(_)
        | R::OtherBroker { .. }
        | R::OtherBrokerDescribed { .. }
        | R::UnknownResourceType(_)
        | R::NoGroupName
        | R::NoMetricsName
        | R::BrokerRunning(_) => ErrorCode::InvalidRequest,
        R::InvalidTopicName(_) | R::TopicCollision { .. } => ErrorCode::InvalidTopicException,
        R::TopicExists(_) => ErrorCode::TopicAlreadyExists,
        R::NullConfigs(_) => ErrorCode::InvalidConfig,
        R::Config(fault) => of_config(fault),
        R::InvalidReplicationFactor | R::TooFewBrokers { .. } | R::AllBrokersFenced { .. } => {
            ErrorCode::InvalidReplicationFactor
        }
        R::InvalidPartitionCount | R::SamePartitionCount(_) | R::FewerPartitions { .. } => {
            ErrorCode::InvalidPartitions
        }
        R::TooManyPartitions => ErrorCode::PolicyViolation,
        R::Assignment(_) => ErrorCode::InvalidReplicaAssignment,
        R::UnknownTopic | R::NoSuchTopic(_) => ErrorCode::UnknownTopicOrPartition,
        R::UnknownTopicId => ErrorCode::UnknownTopicId,
        R::NoLogger(_) => ErrorCode::InvalidConfig,
        R::Feature { .. } => ErrorCode::InvalidUpdateVersion,
        R::DeletionDisabled => ErrorCode::TopicDeletionDisabled,
        R::BrokerNotRegistered(_) => ErrorCode::BrokerIdNotRegistered,
    };
    Refused::with(code, refusal)
}

fn of_config(fault: &AlterFault) -> ErrorCode {
    use AlterFault as F;
    match fault {
        F::NullValue(_)
        | F::DuplicateKeys
        | F::BrokerValue(_)
        | F::NotDynamic(_)
        | F::UnknownMetricsKey(_)
        | F::MetricsInterval(_) => ErrorCode::InvalidRequest,
        F::NotAList { .. }
        | F::TooLong
        | F::UnknownTopicKey(_)
        | F::TopicValue(_)
        | F::UnknownGroupKey(_)
        | F::OtherValue(_)
        | F::MetricsMatch(_)
        | F::CompactionLags { .. }
        | F::NoTieredStorage => ErrorCode::InvalidConfig,
    }
}
