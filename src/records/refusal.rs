use super::{CodecFault, Malformed};
use crate::model::{Offset, ProducerId, Sequence, Timestamp};

/// The first so many bad records of a batch are named in a refusal; the rest are only counted.
pub const RECORD_ERRORS_MAX: usize = 64;

/// Why a client's batch is not appended. Each variant says which code Kafka 4.3 answers; the
/// texts are Kafka's up to the name of the partition, which this room does not know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// `INVALID_RECORD`: the produce request named a partition and brought nothing for it.
    #[error("Produce requests must have at least one record batch per partition")]
    NoBatch,
    /// `CORRUPT_MESSAGE` for a length or a format that nobody has, `UNKNOWN_SERVER_ERROR` for such
    /// a codec, else `INVALID_RECORD`. `Malformed::TrailingBytes` here means more than one batch.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// `INVALID_RECORD`.
    #[error("The baseOffset of the record batch in the append should be 0, but it is {0}")]
    BaseOffset(Offset),
    /// `MESSAGE_TOO_LARGE`.
    #[error(
        "The record batch size in the append is {size} bytes which exceeds the maximum \
         configured value of {max}"
    )]
    TooLarge { size: usize, max: usize },
    /// `CORRUPT_MESSAGE`, which clients retry.
    #[error("Record is corrupt (stored crc = {stored}, computed crc = {computed})")]
    Crc { stored: u32, computed: u32 },
    /// `INVALID_RECORD`.
    #[error("Batch has an invalid offset range: last offset delta {0}")]
    OffsetRange(i32),
    /// `INVALID_RECORD`.
    #[error("Invalid reported count for record batch: {0}")]
    Count(i32),
    /// `INVALID_RECORD`.
    #[error(
        "Inconsistent batch offset range [0, {last_offset_delta}] and count of records {count}"
    )]
    CountOfRange { last_offset_delta: i32, count: i32 },
    /// `INVALID_RECORD`.
    #[error("Clients are not allowed to write control records")]
    ControlBatch,
    /// `INVALID_RECORD`.
    #[error(
        "Invalid sequence number {} in record batch with producerId {}", sequence.0, producer_id.0
    )]
    Sequence {
        producer_id: ProducerId,
        sequence: Sequence,
    },
    /// `INVALID_RECORD`. Kafka stores such an uncompressed batch as it is, and renumbers the
    /// records of a compressed one; no client sends either.
    #[error("Record {index} of the batch has offset delta {found}")]
    OffsetDelta { index: u32, found: i32 },
    /// `UNKNOWN_SERVER_ERROR` for a broken stream. Kafka has no limit on expansion; beyond ours,
    /// `MESSAGE_TOO_LARGE` has producers split the batch and send its parts.
    #[error("{0}")]
    Codec(#[from] CodecFault),
    /// `INVALID_TIMESTAMP` when [`RecordErrors::any_timestamp`], else `INVALID_RECORD`; the
    /// response lists the records.
    #[error("{0}")]
    Records(Box<RecordErrors>),
}

/// The records of one batch that break a rule of the topic.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RecordErrors {
    /// In order, at most [`RECORD_ERRORS_MAX`].
    pub first: Vec<RecordError>,
    /// All of them.
    pub total: usize,
    pub any_timestamp: bool,
}

impl RecordErrors {
    pub(super) fn push(&mut self, error: RecordError) {
        self.total += 1;
        self.any_timestamp |= error.wrong != RecordWrong::MissingKey;
        if self.first.len() < RECORD_ERRORS_MAX {
            self.first.push(error);
        }
    }
}

impl std::fmt::Display for RecordErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.any_timestamp {
            return f.write_str("One or more records have been rejected due to invalid timestamp");
        }
        write!(
            f,
            "One or more records have been rejected due to {} record errors in total, and only \
             showing the first three errors at most: [",
            self.total
        )?;
        for (at, error) in self.first.iter().take(3).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(
                f,
                "{comma}RecordError(batchIndex={}, message='{}')",
                error.index, error.wrong
            )?;
        }
        f.write_str("]")
    }
}

/// One bad record, by its place in the batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordError {
    pub index: u32,
    pub wrong: RecordWrong,
}

/// What is wrong with one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordWrong {
    #[error("Compacted topic cannot accept message without key")]
    MissingKey,
    #[error(
        "Timestamp {found} of message with offset {offset} is out of range. The timestamp \
         should be within [{earliest}, {latest}]"
    )]
    TimestampOutOfRange {
        found: Timestamp,
        offset: Offset,
        earliest: Timestamp,
        latest: Timestamp,
    },
    #[error(
        "Invalid timestamp type in message. Producer should not set timestamp type to \
         LogAppendTime."
    )]
    TimestampType,
}
