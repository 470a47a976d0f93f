use std::ops::Deref;

use super::header::{CRC_FROM, header_mut, seal};
use super::{Attributes, Codec, HEADER_BYTES, Header, Malformed, Records, TimestampType, crc32c};
use crate::model::{LeaderEpoch, Offset, Timestamp};

/// Exactly one whole batch of format 2: its length field agrees with its bytes, nothing else is
/// checked. Derefs to its [`Header`].
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    header: &'a Header,
    bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// Fails unless `bytes` are one batch and nothing more.
    pub fn parse(bytes: &'a [u8]) -> Result<BatchView<'a>, Malformed> {
        match BatchView::split_first(bytes)? {
            (batch, []) => Ok(batch),
            (_, rest) => Err(Malformed::TrailingBytes(rest.len())),
        }
    }

    /// The first batch of a run and the bytes after it.
    pub fn split_first(bytes: &'a [u8]) -> Result<(BatchView<'a>, &'a [u8]), Malformed> {
        let header = Header::parse(bytes)?;
        let needed = header.size();
        match bytes.split_at_checked(needed) {
            Some((bytes, rest)) => Ok((BatchView { header, bytes }, rest)),
            None => Err(Malformed::Truncated {
                needed,
                available: bytes.len(),
            }),
        }
    }

    pub fn header(&self) -> &'a Header {
        self.header
    }

    /// The whole batch, header included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The records as stored: one after the other, or one compressed stream.
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }

    /// What the checksum covers: all but base offset, length, leader epoch, magic and itself.
    pub fn checked_bytes(&self) -> &'a [u8] {
        self.bytes.get(CRC_FROM..).unwrap_or_default()
    }

    /// Reads the whole batch.
    pub fn crc_is_valid(&self) -> bool {
        crc32c(self.checked_bytes()) == self.header.crc()
    }

    /// Walks the payload in place. Only for batches whose codec is [`Codec::None`]: a compressed
    /// payload is decoded first and then given to [`Records::new`].
    pub fn records(&self) -> Records<'a> {
        debug_assert_eq!(self.header.codec(), Ok(Codec::None));
        Records::new(self.payload(), self.header.count())
    }
}

impl Deref for BatchView<'_> {
    type Target = Header;

    fn deref(&self) -> &Header {
        self.header
    }
}

/// The batches of a run, one after the other; ends after the first error. A run that was cut by a
/// size limit ends with [`Malformed::Truncated`], which consumers ignore as Kafka's do.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    rest: &'a [u8],
}

impl<'a> Batches<'a> {
    pub fn new(bytes: &'a [u8]) -> Batches<'a> {
        Batches { rest: bytes }
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<BatchView<'a>, Malformed>;

    fn next(&mut self) -> Option<Result<BatchView<'a>, Malformed>> {
        if self.rest.is_empty() {
            return None;
        }
        match BatchView::split_first(self.rest) {
            Ok((batch, rest)) => {
                self.rest = rest;
                Some(Ok(batch))
            }
            Err(malformed) => {
                self.rest = &[];
                Some(Err(malformed))
            }
        }
    }
}

/// Gives a checked batch its place in the log. Both fields lie outside the checksum.
/// Panics when `batch` is shorter than a header, which is a bug of the caller.
pub fn stamp(batch: &mut [u8], base_offset: Offset, leader_epoch: LeaderEpoch) {
    let header = header_mut(batch);
    header.base_offset = base_offset.0.into();
    header.leader_epoch = leader_epoch.0.into();
}

/// Sets timestamp type and max timestamp; if one of them changes, also renews the checksum and
/// drops attribute bits without a meaning (`DefaultRecordBatch.setMaxTimestamp`). For
/// LogAppendTime, and for producers whose max timestamp is none of their records'.
pub fn stamp_timestamps(batch: &mut [u8], timestamp_type: TimestampType, max: Timestamp) {
    let header = header_mut(batch);
    if header.timestamp_type() == timestamp_type && header.max_timestamp() == max {
        return;
    }
    let kept = Attributes::KNOWN & !Attributes::LOG_APPEND_TIME;
    let attributes = header.attributes.get() & kept;
    header.attributes = (attributes | timestamp_type.bit()).into();
    header.max_timestamp = max.0.into();
    seal(batch);
}
