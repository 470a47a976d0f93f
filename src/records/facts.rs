use super::{BatchView, Codec, Malformed, TimestampType};
use crate::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

/// What a partition's log must know of a batch to append it: the header's meanings, by value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// As stored: 0 from a client, the true offset in a log.
    pub base_offset: Offset,
    /// As stored; -1 from a client.
    pub leader_epoch: LeaderEpoch,
    /// Bytes of the whole batch, header included.
    pub size: u32,
    pub last_offset_delta: i32,
    pub count: i32,
    pub codec: Codec,
    /// What the batch must show once appended: the topic's type, not always the producer's.
    pub timestamp_type: TimestampType,
    /// The largest timestamp that readers will see; -1 when no record has one.
    pub max_timestamp: Timestamp,
    /// Offset delta of the first record with `max_timestamp`; the last record's where only the
    /// header was read, or for LogAppendTime.
    pub max_timestamp_delta: i32,
    /// The header shows another type or maximum: give both to `stamp_timestamps`.
    pub restamp: bool,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub base_sequence: Sequence,
    pub last_sequence: Sequence,
    pub is_transactional: bool,
    pub is_control: bool,
}

impl Facts {
    /// Reads the header only, and believes it: for batches out of our own log, and for batches
    /// that a leader has checked. Fails when the codec has no name.
    pub fn of(batch: &BatchView<'_>) -> Result<Facts, Malformed> {
        Ok(Facts {
            base_offset: batch.base_offset(),
            leader_epoch: batch.leader_epoch(),
            // A view's size came out of 31 bits plus 12.
            size: batch.size() as u32,
            last_offset_delta: batch.last_offset_delta(),
            count: batch.count(),
            codec: batch.codec()?,
            timestamp_type: batch.timestamp_type(),
            max_timestamp: batch.max_timestamp(),
            max_timestamp_delta: batch.last_offset_delta(),
            restamp: false,
            producer_id: batch.producer_id(),
            producer_epoch: batch.producer_epoch(),
            base_sequence: batch.base_sequence(),
            last_sequence: batch.last_sequence(),
            is_transactional: batch.is_transactional(),
            is_control: batch.is_control(),
        })
    }
}
