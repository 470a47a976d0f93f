use crate::model::{Offset, ProducerEpoch, ProducerId, Sequence};

/// Why the log answers no. Each variant becomes one Kafka error code, outside this room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// OFFSET_OUT_OF_RANGE.
    #[error("offset {asked} is outside the log, which holds {start} to {end}")]
    OffsetOutOfRange {
        asked: Offset,
        start: Offset,
        end: Offset,
    },
    /// MESSAGE_TOO_LARGE (`RecordBatchTooLargeException`): it would not fit an empty segment.
    #[error("a batch of {bytes} bytes exceeds the segment size of {segment_bytes} bytes")]
    LargerThanSegment { bytes: u32, segment_bytes: u32 },
    /// UNKNOWN_SERVER_ERROR: 63 bits of offsets are used up.
    #[error("the log has no offsets left")]
    OffsetsExhausted,
    /// OUT_OF_ORDER_SEQUENCE_NUMBER.
    #[error(
        "out of order sequence number for producer {}: {} (incoming seq. number), {} (current \
         end sequence number)", producer.0, first.0, last_known.0
    )]
    OutOfOrderSequence {
        producer: ProducerId,
        first: Sequence,
        last_known: Sequence,
    },
    /// INVALID_PRODUCER_EPOCH.
    #[error(
        "epoch of producer {} is {}, which is smaller than the last seen epoch {}",
        producer.0, epoch.0, current.0
    )]
    InvalidProducerEpoch {
        producer: ProducerId,
        epoch: ProducerEpoch,
        current: ProducerEpoch,
    },
    /// INVALID_TXN_STATE: a plain batch of a producer whose transaction is open.
    #[error("expected transactional write from producer {}", producer.0)]
    TransactionOpen { producer: ProducerId },
    /// TRANSACTION_COORDINATOR_FENCED: the marker comes from an older coordinator.
    #[error(
        "invalid coordinator epoch for producer {}: {epoch} (zombie), {current} (current)",
        producer.0
    )]
    CoordinatorFenced {
        producer: ProducerId,
        epoch: i32,
        current: i32,
    },
}
