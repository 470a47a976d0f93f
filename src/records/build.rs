use zerocopy::IntoBytes;

use super::header::{OVERHEAD_BYTES, seal};
use super::varint::{varlong_bytes, write_varint, write_varlong};
use super::{
    Attributes, Codec, Compression, HEADER_BYTES, Header, MAGIC, RecordHeader, TimestampType,
    compress,
};
use crate::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

/// A record on its way into a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NewRecord<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [RecordHeader<'a>],
}

/// Writes one batch, record by record, into one buffer that becomes the batch.
///
/// Starts as a producer's batch: offsets from 0, no leader epoch, no producer id, CreateTime. The
/// base timestamp is that of the first record, the max timestamp the largest, unless told.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    /// Room for the header, then the records.
    bytes: Vec<u8>,
    header: Header,
    compression: Compression,
    base_timestamp: Option<Timestamp>,
    max_timestamp: Option<Timestamp>,
    next_delta: i32,
}

impl Default for BatchBuilder {
    fn default() -> BatchBuilder {
        BatchBuilder::new()
    }
}

impl BatchBuilder {
    pub fn new() -> BatchBuilder {
        BatchBuilder::with_capacity(0)
    }

    /// Reserves room for `payload_bytes` of records.
    pub fn with_capacity(payload_bytes: usize) -> BatchBuilder {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + payload_bytes);
        bytes.resize(HEADER_BYTES, 0);
        BatchBuilder {
            bytes,
            header: Header {
                base_offset: Offset::ZERO.0.into(),
                length: 0.into(),
                leader_epoch: LeaderEpoch::NONE.0.into(),
                magic: MAGIC,
                crc: 0.into(),
                attributes: 0.into(),
                last_offset_delta: (-1).into(),
                base_timestamp: Timestamp::NONE.0.into(),
                max_timestamp: Timestamp::NONE.0.into(),
                producer_id: ProducerId::NONE.0.into(),
                producer_epoch: ProducerEpoch::NONE.0.into(),
                base_sequence: Sequence::NONE.0.into(),
                count: 0.into(),
            },
            compression: Compression::NONE,
            base_timestamp: None,
            max_timestamp: None,
            next_delta: 0,
        }
    }

    pub fn base_offset(mut self, offset: Offset) -> BatchBuilder {
        self.header.base_offset = offset.0.into();
        self
    }

    pub fn leader_epoch(mut self, epoch: LeaderEpoch) -> BatchBuilder {
        self.header.leader_epoch = epoch.0.into();
        self
    }

    pub fn producer(mut self, id: ProducerId, epoch: ProducerEpoch, base: Sequence) -> Self {
        self.header.producer_id = id.0.into();
        self.header.producer_epoch = epoch.0.into();
        self.header.base_sequence = base.0.into();
        self
    }

    /// Compresses the records when the batch is finished.
    pub fn compression(mut self, compression: Compression) -> BatchBuilder {
        let others = self.header.attributes.get() & !Attributes::CODEC_MASK;
        self.header.attributes = (others | compression.codec as i16).into();
        self.compression = compression;
        self
    }

    pub fn transactional(self) -> BatchBuilder {
        self.with_attribute(Attributes::TRANSACTIONAL)
    }

    /// Marks a batch of control records; see [`super::ControlKind`] for their keys.
    pub fn control(self) -> BatchBuilder {
        self.with_attribute(Attributes::CONTROL)
    }

    /// Every record then shows `timestamp`; the deltas stay as they are pushed.
    pub fn log_append_time(mut self, timestamp: Timestamp) -> BatchBuilder {
        self.max_timestamp = Some(timestamp);
        self.with_attribute(Attributes::LOG_APPEND_TIME)
    }

    /// Sets bit 6 and puts the horizon where the base timestamp was; deltas count from it.
    pub fn delete_horizon(self, horizon: Timestamp) -> BatchBuilder {
        self.base_timestamp(horizon)
            .with_attribute(Attributes::DELETE_HORIZON)
    }

    /// Timestamps of records are stored as distances from `timestamp`.
    pub fn base_timestamp(mut self, timestamp: Timestamp) -> BatchBuilder {
        self.base_timestamp = Some(timestamp);
        self
    }

    /// For batches that lost records to compaction: the last delta outlives the last record.
    pub fn last_offset_delta(mut self, delta: i32) -> BatchBuilder {
        self.header.last_offset_delta = delta.into();
        self
    }

    /// For batches that lost their last record to compaction: the old maximum stays.
    pub fn max_timestamp(mut self, timestamp: Timestamp) -> BatchBuilder {
        self.max_timestamp = Some(timestamp);
        self
    }

    fn with_attribute(mut self, bit: i16) -> BatchBuilder {
        self.header.attributes = (self.header.attributes.get() | bit).into();
        self
    }

    /// Appends a record at the next offset.
    pub fn push(&mut self, timestamp: Timestamp, record: &NewRecord<'_>) {
        self.push_at(self.next_delta, timestamp, record);
    }

    /// Appends a record at a delta of the caller's choice, as compaction leaves gaps.
    pub fn push_at(&mut self, offset_delta: i32, timestamp: Timestamp, record: &NewRecord<'_>) {
        let base = *self.base_timestamp.get_or_insert(timestamp);
        let timestamp_delta = timestamp.0.wrapping_sub(base.0);
        write_record(&mut self.bytes, offset_delta, timestamp_delta, record);
        if self.header.timestamp_type() == TimestampType::CreateTime {
            let max = self.max_timestamp.get_or_insert(timestamp);
            *max = (*max).max(timestamp);
        }
        self.header.count = (self.header.count.get() + 1).into();
        self.header.last_offset_delta = self.header.last_offset_delta().max(offset_delta).into();
        self.next_delta = offset_delta + 1;
    }

    pub fn count(&self) -> i32 {
        self.header.count.get()
    }

    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Bytes of the batch if it ended here, before compression.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The finished batch, with length and checksum. Panics past 2 GiB, a bug of the caller.
    pub fn finish(mut self) -> Vec<u8> {
        self.header.base_timestamp = self.base_timestamp.unwrap_or(Timestamp::NONE).0.into();
        self.header.max_timestamp = self.max_timestamp.unwrap_or(Timestamp::NONE).0.into();
        if self.compression.codec == Codec::None {
            return assemble(self.header, self.bytes);
        }
        let records = &self.bytes[HEADER_BYTES..];
        let mut bytes = Vec::with_capacity(HEADER_BYTES + records.len() / 2);
        bytes.resize(HEADER_BYTES, 0);
        compress(self.compression, records, &mut bytes);
        assemble(self.header, bytes)
    }
}

/// Puts `header` before the payload that begins at byte 61, and seals the two.
pub(super) fn assemble(mut header: Header, mut bytes: Vec<u8>) -> Vec<u8> {
    let length = i32::try_from(bytes.len() - OVERHEAD_BYTES);
    header.length = length.expect("a batch is smaller than 2 GiB").into();
    bytes[..HEADER_BYTES].copy_from_slice(header.as_bytes());
    seal(&mut bytes);
    bytes
}

fn write_record(out: &mut Vec<u8>, offset_delta: i32, timestamp_delta: i64, record: &NewRecord) {
    let length = record_body_bytes(offset_delta, timestamp_delta, record);
    out.reserve(length + 5);
    write_length(out, length);
    out.push(0);
    write_varlong(out, timestamp_delta);
    write_varint(out, offset_delta);
    write_nullable(out, record.key);
    write_nullable(out, record.value);
    write_length(out, record.headers.len());
    for header in record.headers {
        write_nullable(out, Some(header.key));
        write_nullable(out, header.value);
    }
}

fn record_body_bytes(offset_delta: i32, timestamp_delta: i64, record: &NewRecord<'_>) -> usize {
    let header_bytes =
        |header: &RecordHeader| nullable_bytes(Some(header.key)) + nullable_bytes(header.value);
    1 + varlong_bytes(timestamp_delta)
        + varlong_bytes(i64::from(offset_delta))
        + nullable_bytes(record.key)
        + nullable_bytes(record.value)
        + varlong_bytes(record.headers.len() as i64)
        + record.headers.iter().map(header_bytes).sum::<usize>()
}

fn nullable_bytes(field: Option<&[u8]>) -> usize {
    field.map_or(1, |bytes| varlong_bytes(bytes.len() as i64) + bytes.len())
}

fn write_nullable(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(bytes) => {
            write_length(out, bytes.len());
            out.extend_from_slice(bytes);
        }
        None => write_varint(out, -1),
    }
}

fn write_length(out: &mut Vec<u8>, length: usize) {
    let length = i32::try_from(length);
    write_varint(out, length.expect("a field is smaller than 2 GiB"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{BatchView, stamp, stamp_timestamps};

    fn two_records() -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        let headers = [RecordHeader {
            key: b"h",
            value: None,
        }];
        builder.push(
            Timestamp(1000),
            &NewRecord {
                key: Some(b"k"),
                value: None,
                headers: &headers,
            },
        );
        builder.push(
            Timestamp(990),
            &NewRecord {
                value: Some(b"value"),
                ..NewRecord::default()
            },
        );
        builder.finish()
    }

    #[test]
    fn built_batch_reads_back() {
        let bytes = two_records();
        let batch = BatchView::parse(&bytes).expect("a batch");
        assert!(batch.crc_is_valid());
        assert_eq!((batch.count(), batch.last_offset_delta()), (2, 1));
        assert_eq!(batch.max_timestamp(), Timestamp(1000));
        let records: Vec<_> = batch
            .records()
            .map(|record| record.expect("whole"))
            .collect();
        assert_eq!(records[0].key, Some(&b"k"[..]));
        assert_eq!(records[0].headers.count(), 1);
        assert_eq!(records[1].timestamp_delta, -10);
        assert_eq!(records[1].value, Some(&b"value"[..]));
    }

    #[test]
    fn stamp_leaves_the_checksum_valid_and_new_timestamps_renew_it() {
        let mut bytes = two_records();
        stamp(&mut bytes, Offset(77), LeaderEpoch(3));
        stamp_timestamps(&mut bytes, TimestampType::LogAppendTime, Timestamp(5000));
        let batch = BatchView::parse(&bytes).expect("a batch");
        assert!(batch.crc_is_valid());
        assert_eq!(batch.last_offset(), Offset(78));
        assert_eq!(batch.leader_epoch(), LeaderEpoch(3));
        assert_eq!(batch.timestamp_of(-10), Timestamp(5000));
    }
}
