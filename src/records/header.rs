use zerocopy::byteorder::big_endian::{I16, I32, I64, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::{Malformed, crc32c};
use crate::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

/// Size of the fixed part of a batch, up to its first record.
pub const HEADER_BYTES: usize = size_of::<Header>();
/// The only batch format served; 0 and 1 went with Kafka 4.0 (KIP-724).
pub const MAGIC: i8 = 2;

/// Base offset and the length field itself, which the length field does not count.
pub(super) const OVERHEAD_BYTES: usize = 12;
/// The smallest message of format 0, by which Kafka judges a length before it knows the format.
const LENGTH_MIN_OF_ANY_FORMAT: i32 = 14;
/// Where the magic byte stands, in every format.
const MAGIC_AT: usize = 16;
/// The first byte that the checksum covers.
pub(super) const CRC_FROM: usize = 21;

const _: () = assert!(HEADER_BYTES == 61);

/// The 61 bytes before the records, laid over the batch's own bytes.
///
/// | at | field | at | field |
/// |--:|---|--:|---|
/// | 0 | base offset | 27 | base timestamp, or delete horizon when bit 6 is set |
/// | 8 | length of all after this field | 35 | max timestamp |
/// | 12 | partition leader epoch, outside the checksum | 43 | producer id |
/// | 16 | magic | 51 | producer epoch |
/// | 17 | CRC-32C over 21..end | 53 | base sequence |
/// | 21 | attributes | 57 | record count |
/// | 23 | last offset delta | | |
#[derive(
    FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy, PartialEq, Eq, Debug,
)]
#[repr(C)]
pub struct Header {
    pub(super) base_offset: I64,
    pub(super) length: I32,
    pub(super) leader_epoch: I32,
    pub(super) magic: i8,
    pub(super) crc: U32,
    pub(super) attributes: I16,
    pub(super) last_offset_delta: I32,
    pub(super) base_timestamp: I64,
    pub(super) max_timestamp: I64,
    pub(super) producer_id: I64,
    pub(super) producer_epoch: I16,
    pub(super) base_sequence: I32,
    pub(super) count: I32,
}

impl Header {
    /// Overlays the first 61 bytes; checks length field and magic, but not that the whole batch
    /// is here. For those who scan a log by headers.
    pub fn parse(bytes: &[u8]) -> Result<&Header, Malformed> {
        // Judge the length before asking for more bytes, and the format before the rest: a short
        // old message must be called old, not short.
        let truncated = |needed| Malformed::Truncated {
            needed,
            available: bytes.len(),
        };
        let length = bytes
            .get(8..OVERHEAD_BYTES)
            .and_then(|at| at.try_into().ok());
        let length = i32::from_be_bytes(length.ok_or(truncated(HEADER_BYTES))?);
        if length < LENGTH_MIN_OF_ANY_FORMAT {
            return Err(Malformed::Length(length));
        }
        let magic = *bytes.get(MAGIC_AT).ok_or(truncated(HEADER_BYTES))? as i8;
        if magic != MAGIC {
            return Err(Malformed::Magic(magic));
        }
        if (length as usize) < HEADER_BYTES - OVERHEAD_BYTES {
            return Err(Malformed::Length(length));
        }
        match Header::ref_from_prefix(bytes) {
            Ok((header, _)) => Ok(header),
            Err(_) => Err(truncated(HEADER_BYTES)),
        }
    }

    /// Bytes of the whole batch, this header included.
    pub fn size(&self) -> usize {
        OVERHEAD_BYTES.saturating_add_signed(self.length.get() as isize)
    }

    /// The length field: what follows it, in bytes.
    pub fn length(&self) -> i32 {
        self.length.get()
    }

    pub fn base_offset(&self) -> Offset {
        Offset(self.base_offset.get())
    }

    pub fn leader_epoch(&self) -> LeaderEpoch {
        LeaderEpoch(self.leader_epoch.get())
    }

    /// The checksum as stored; see [`super::BatchView::crc_is_valid`].
    pub fn crc(&self) -> u32 {
        self.crc.get()
    }

    pub fn attributes(&self) -> Attributes {
        Attributes(self.attributes.get())
    }

    /// Fails for the ids 5 to 7, which name no codec.
    pub fn codec(&self) -> Result<Codec, Malformed> {
        self.attributes().codec()
    }

    pub fn timestamp_type(&self) -> TimestampType {
        self.attributes().timestamp_type()
    }

    pub fn is_transactional(&self) -> bool {
        self.attributes().is_transactional()
    }

    pub fn is_control(&self) -> bool {
        self.attributes().is_control()
    }

    /// Last offset minus base offset; may pass the last record of a compacted batch.
    pub fn last_offset_delta(&self) -> i32 {
        self.last_offset_delta.get()
    }

    pub fn last_offset(&self) -> Offset {
        self.offset_of(self.last_offset_delta())
    }

    /// The field as stored: a delete horizon when [`Header::delete_horizon`] says so.
    pub fn base_timestamp(&self) -> Timestamp {
        Timestamp(self.base_timestamp.get())
    }

    pub fn max_timestamp(&self) -> Timestamp {
        Timestamp(self.max_timestamp.get())
    }

    /// When the cleaner may drop the tombstones of this batch (KIP-534).
    pub fn delete_horizon(&self) -> Option<Timestamp> {
        self.attributes()
            .has_delete_horizon()
            .then(|| self.base_timestamp())
    }

    pub fn producer_id(&self) -> ProducerId {
        ProducerId(self.producer_id.get())
    }

    pub fn producer_epoch(&self) -> ProducerEpoch {
        ProducerEpoch(self.producer_epoch.get())
    }

    pub fn base_sequence(&self) -> Sequence {
        Sequence(self.base_sequence.get())
    }

    /// The sequence of the last offset, wrapped; [`Sequence::NONE`] without a base sequence.
    pub fn last_sequence(&self) -> Sequence {
        self.sequence_of(self.last_offset_delta())
    }

    /// The number of records as stored; 0 in a batch that compaction emptied but kept.
    pub fn count(&self) -> i32 {
        self.count.get()
    }

    /// The offset of a record with this delta.
    pub fn offset_of(&self, offset_delta: i32) -> Offset {
        self.base_offset().plus(i64::from(offset_delta))
    }

    /// What a reader must report for a record with this delta: LogAppendTime is one for all.
    pub fn timestamp_of(&self, timestamp_delta: i64) -> Timestamp {
        match self.timestamp_type() {
            TimestampType::LogAppendTime => self.max_timestamp(),
            TimestampType::CreateTime => {
                Timestamp(self.base_timestamp.get().wrapping_add(timestamp_delta))
            }
        }
    }

    /// The sequence of a record with this offset delta.
    pub fn sequence_of(&self, offset_delta: i32) -> Sequence {
        match self.base_sequence() {
            base if base.0 < 0 => Sequence::NONE,
            base => base.plus(offset_delta),
        }
    }
}

/// Bits 0-2 codec, 3 LogAppendTime, 4 transactional, 5 control, 6 delete horizon set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes(pub i16);

impl Attributes {
    pub(super) const CODEC_MASK: i16 = 0x07;
    pub(super) const LOG_APPEND_TIME: i16 = 0x08;
    pub(super) const TRANSACTIONAL: i16 = 0x10;
    pub(super) const CONTROL: i16 = 0x20;
    pub(super) const DELETE_HORIZON: i16 = 0x40;
    /// The bits that have a meaning.
    pub(super) const KNOWN: i16 = 0x7f;

    pub fn codec(self) -> Result<Codec, Malformed> {
        let id = (self.0 & Attributes::CODEC_MASK) as u8;
        Codec::from_id(id).ok_or(Malformed::Codec(id))
    }

    pub fn timestamp_type(self) -> TimestampType {
        match self.0 & Attributes::LOG_APPEND_TIME {
            0 => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    pub fn is_transactional(self) -> bool {
        self.0 & Attributes::TRANSACTIONAL != 0
    }

    pub fn is_control(self) -> bool {
        self.0 & Attributes::CONTROL != 0
    }

    pub fn has_delete_horizon(self) -> bool {
        self.0 & Attributes::DELETE_HORIZON != 0
    }
}

/// How the records after the header are compressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

impl Codec {
    pub const ALL: [Codec; 5] = [
        Codec::None,
        Codec::Gzip,
        Codec::Snappy,
        Codec::Lz4,
        Codec::Zstd,
    ];

    pub fn from_id(id: u8) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| *codec as u8 == id)
    }

    /// Kafka's name, as in `compression.type`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::None => "none",
            Codec::Gzip => "gzip",
            Codec::Snappy => "snappy",
            Codec::Lz4 => "lz4",
            Codec::Zstd => "zstd",
        }
    }

    pub fn from_name(name: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.name() == name)
    }
}

/// Who set a batch's timestamps: its producer or the broker that appended it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
}

impl TimestampType {
    /// The attribute bit that says so.
    pub(super) fn bit(self) -> i16 {
        match self {
            TimestampType::CreateTime => 0,
            TimestampType::LogAppendTime => Attributes::LOG_APPEND_TIME,
        }
    }

    /// Kafka's name, as in `message.timestamp.type`.
    pub fn name(self) -> &'static str {
        match self {
            TimestampType::CreateTime => "CreateTime",
            TimestampType::LogAppendTime => "LogAppendTime",
        }
    }
}

/// Writes the checksum of a whole batch into its header.
pub(super) fn seal(batch: &mut [u8]) {
    let crc = crc32c(&batch[CRC_FROM..]);
    header_mut(batch).crc = crc.into();
}

/// The header of bytes that this process made or checked; shorter ones are a bug.
pub(super) fn header_mut(batch: &mut [u8]) -> &mut Header {
    match Header::mut_from_prefix(batch) {
        Ok((header, _)) => header,
        Err(_) => panic!("a batch to be written is longer than its header"),
    }
}
