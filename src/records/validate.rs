use super::refusal::{RecordError, RecordErrors, RecordWrong, Refusal};
use super::shape::{Shape, ShapeReader, StreamFault};
use super::varint::Fields;
use super::{
    BatchView, Codec, CodecFault, Facts, Malformed, TimestampType, crc32c, decoded_bytes_max,
};
use crate::model::{Offset, Timestamp};

/// A topic's rules for what producers may append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// `max.message.bytes`: size of a whole batch as it arrived.
    pub max_message_bytes: usize,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub after_max_ms: i64,
    /// `cleanup.policy` contains `compact`: every record needs a key.
    pub compacted: bool,
}

/// The one batch that a partition's part of a produce request must hold
/// (`ProduceRequest.validateRecords`).
pub fn only_batch(records: Option<&[u8]>) -> Result<BatchView<'_>, Refusal> {
    match records.unwrap_or_default() {
        [] => Err(Refusal::NoBatch),
        bytes => match BatchView::split_first(bytes)? {
            (batch, []) => Ok(batch),
            // A length that falls short: what is left is no batch, what is not has another sum.
            (batch, rest) if BatchView::split_first(rest).is_err() && !batch.crc_is_valid() => {
                Err(wrong_crc(&batch))
            }
            (_, rest) => Err(Malformed::TrailingBytes(rest.len()).into()),
        },
    }
}

/// Checks a client's batch as Kafka 4.3 does (`UnifiedLog.analyzeAndValidateRecords`, then
/// `LogValidator`): every byte through the checksum, every record by its structure, offset, key
/// and timestamp. Compressed content is decoded a chunk at a time. Allocates nothing for a good
/// uncompressed batch.
///
/// Accepts nothing that Kafka refuses. Refuses more in five things that no known client sends:
/// offsets within a batch that do not count from zero, compressed records whose lengths do not
/// add up, bytes after the end of a compressed stream or of the batch, and content that expands
/// beyond [`decoded_bytes_max`].
pub fn check(batch: &BatchView<'_>, policy: &Policy, now: Timestamp) -> Result<Facts, Refusal> {
    check_within(batch, policy, now, decoded_bytes_max(batch.payload().len()))
}

/// As [`check`], with another limit on what compressed content may expand to: for callers that
/// want to know whether checking takes long.
pub fn check_within(
    batch: &BatchView<'_>,
    policy: &Policy,
    now: Timestamp,
    decoded_max: usize,
) -> Result<Facts, Refusal> {
    check_frame(batch, policy)?;
    let facts = Facts::of(batch)?;
    check_header(batch)?;
    let mut tally = Tally::new(batch, policy, now);
    match facts.codec {
        Codec::None => tally.walk_in_place()?,
        codec => tally.walk_compressed(codec, decoded_max)?,
    }
    let (max_timestamp, max_timestamp_delta) = tally.finish()?;
    let restamp =
        batch.timestamp_type() != policy.timestamp_type || batch.max_timestamp() != max_timestamp;
    Ok(Facts {
        timestamp_type: policy.timestamp_type,
        max_timestamp,
        max_timestamp_delta,
        restamp,
        ..facts
    })
}

fn check_frame(batch: &BatchView<'_>, policy: &Policy) -> Result<(), Refusal> {
    if batch.base_offset() != Offset::ZERO {
        return Err(Refusal::BaseOffset(batch.base_offset()));
    }
    if batch.size() > policy.max_message_bytes {
        return Err(Refusal::TooLarge {
            size: batch.size(),
            max: policy.max_message_bytes,
        });
    }
    match batch.crc_is_valid() {
        true => Ok(()),
        false => Err(wrong_crc(batch)),
    }
}

fn wrong_crc(batch: &BatchView<'_>) -> Refusal {
    Refusal::Crc {
        stored: batch.crc(),
        computed: crc32c(batch.checked_bytes()),
    }
}

fn check_header(batch: &BatchView<'_>) -> Result<(), Refusal> {
    let (last_offset_delta, count) = (batch.last_offset_delta(), batch.count());
    if last_offset_delta < 0 {
        return Err(Refusal::OffsetRange(last_offset_delta));
    }
    if count <= 0 {
        return Err(Refusal::Count(count));
    }
    if count - 1 != last_offset_delta {
        return Err(Refusal::CountOfRange {
            last_offset_delta,
            count,
        });
    }
    if batch.is_control() {
        return Err(Refusal::ControlBatch);
    }
    if batch.producer_id().is_some() && batch.base_sequence().0 < 0 {
        return Err(Refusal::Sequence {
            producer_id: batch.producer_id(),
            sequence: batch.base_sequence(),
        });
    }
    Ok(())
}

/// What has been seen of a batch's records so far.
struct Tally<'a> {
    batch: &'a BatchView<'a>,
    policy: &'a Policy,
    now: Timestamp,
    base_timestamp: Timestamp,
    /// Set when the producer claims LogAppendTime: every record then shows this.
    claimed: Option<Timestamp>,
    index: u32,
    max_timestamp: Timestamp,
    max_timestamp_delta: i32,
    errors: Option<Box<RecordErrors>>,
}

impl<'a> Tally<'a> {
    fn new(batch: &'a BatchView<'a>, policy: &'a Policy, now: Timestamp) -> Tally<'a> {
        let claims = batch.timestamp_type() == TimestampType::LogAppendTime;
        Tally {
            batch,
            policy,
            now,
            base_timestamp: batch.base_timestamp(),
            claimed: claims.then(|| batch.max_timestamp()),
            index: 0,
            max_timestamp: Timestamp::NONE,
            max_timestamp_delta: batch.last_offset_delta(),
            errors: None,
        }
    }

    fn walk_in_place(&mut self) -> Result<(), Refusal> {
        let mut fields = Fields::new(self.batch.payload());
        for index in 0..self.batch.count() {
            let shape =
                Shape::read(&mut fields).map_err(|fault| at(index, StreamFault::Record(fault)))?;
            self.on_record(&shape)?;
        }
        match fields.remaining() {
            0 => Ok(()),
            trailing => Err(Malformed::TrailingBytes(trailing).into()),
        }
    }

    fn walk_compressed(&mut self, codec: Codec, decoded_max: usize) -> Result<(), Refusal> {
        let payload = self.batch.payload();
        // Nothing at all is a stream of no bytes for zstd alone.
        if payload.is_empty() && codec != Codec::Zstd {
            return Err(CodecFault::Broken(codec).into());
        }
        let mut reader = ShapeReader::new(codec, payload, decoded_max)?;
        for index in 0..self.batch.count() {
            let shape = reader.next().map_err(|fault| at(index, fault))?;
            self.on_record(&shape)?;
        }
        // The end is asked for even though all records are here: a stream's own checksum and
        // the bytes after the last record are only met there.
        match reader
            .is_at_end()
            .map_err(|fault| at(self.batch.count(), fault))?
        {
            true => Ok(()),
            false => Err(Malformed::TrailingBytes(reader.chunk_left()).into()),
        }
    }

    #[inline]
    fn on_record(&mut self, record: &Shape) -> Result<(), Refusal> {
        let index = self.index;
        if i64::from(record.offset_delta) != i64::from(index) {
            return Err(Refusal::OffsetDelta {
                index,
                found: record.offset_delta,
            });
        }
        self.index += 1;
        let timestamp = match self.claimed {
            Some(claimed) => claimed,
            None => Timestamp(self.base_timestamp.0.wrapping_add(record.timestamp_delta)),
        };
        if let Some(wrong) = self.judge(record, timestamp) {
            let errors = self.errors.get_or_insert_default();
            errors.push(RecordError { index, wrong });
        }
        if timestamp > self.max_timestamp {
            self.max_timestamp = timestamp;
            self.max_timestamp_delta = record.offset_delta;
        }
        Ok(())
    }

    /// The topic's rules for one record, in Kafka's order. `-1` means the producer set none.
    #[inline]
    fn judge(&self, record: &Shape, timestamp: Timestamp) -> Option<RecordWrong> {
        let policy = self.policy;
        if policy.compacted && !record.has_key {
            return Some(RecordWrong::MissingKey);
        }
        if policy.timestamp_type == TimestampType::CreateTime && timestamp != Timestamp::NONE {
            // Wraps as Java's long does, so that a timestamp near -2^63 is too late, not early.
            let age = self.now.0.wrapping_sub(timestamp.0);
            let out_of_range =
                age > policy.before_max_ms || age.wrapping_neg() > policy.after_max_ms;
            return out_of_range.then(|| RecordWrong::TimestampOutOfRange {
                found: timestamp,
                offset: self.batch.offset_of(record.offset_delta),
                earliest: Timestamp(self.now.0.wrapping_sub(policy.before_max_ms)),
                latest: Timestamp(self.now.0.wrapping_add(policy.after_max_ms)),
            });
        }
        self.claimed.is_some().then_some(RecordWrong::TimestampType)
    }

    fn finish(self) -> Result<(Timestamp, i32), Refusal> {
        match (self.errors, self.policy.timestamp_type) {
            (Some(errors), _) => Err(Refusal::Records(errors)),
            (None, TimestampType::CreateTime) => Ok((self.max_timestamp, self.max_timestamp_delta)),
            (None, TimestampType::LogAppendTime) => Ok((self.now, self.batch.last_offset_delta())),
        }
    }
}

fn at(index: i32, fault: StreamFault) -> Refusal {
    match fault {
        StreamFault::Codec(fault) => Refusal::Codec(fault),
        StreamFault::Record(fault) => Refusal::Malformed(Malformed::Record {
            index: index.unsigned_abs(),
            fault,
        }),
    }
}
