use zerocopy::IntoBytes;

use super::header::{CRC_FROM, OVERHEAD_BYTES};
use super::{Attributes, Codec, CrcShift, HEADER_BYTES, Header, MAGIC, crc32c};
use crate::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

/// Records that are sent again and again as one batch: what a header over them needs to know, so
/// that nobody reads them twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prepared {
    /// Records, with offset deltas from 0 on and timestamp deltas of 0.
    pub count: i32,
    pub codec: Codec,
    /// Length of the records as sent, and their checksum.
    pub bytes: u32,
    pub crc: u32,
    pub shift: CrcShift,
}

/// What is new about a batch of prepared records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Of all its records.
    pub timestamp: Timestamp,
    pub producer: ProducerId,
    pub epoch: ProducerEpoch,
    pub base_sequence: Sequence,
}

impl Stamp {
    /// For a producer without identity.
    pub fn anonymous(timestamp: Timestamp) -> Stamp {
        Stamp {
            timestamp,
            producer: ProducerId::NONE,
            epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
        }
    }
}

impl Prepared {
    /// Reads the records once.
    pub fn new(count: i32, codec: Codec, records: &[u8]) -> Prepared {
        let bytes = u32::try_from(records.len()).expect("a batch is smaller than 2 GiB");
        Prepared {
            count,
            codec,
            bytes,
            crc: crc32c(records),
            shift: CrcShift::of(records.len()),
        }
    }

    /// Bytes of the whole batch.
    pub fn batch_bytes(&self) -> usize {
        HEADER_BYTES + self.bytes as usize
    }

    /// The header that makes a batch of the records. Its checksum joins that of its own forty
    /// bytes with the known one of the records.
    pub fn header(&self, stamp: &Stamp) -> [u8; HEADER_BYTES] {
        let length = HEADER_BYTES - OVERHEAD_BYTES + self.bytes as usize;
        let mut header = Header {
            base_offset: Offset::ZERO.0.into(),
            length: i32::try_from(length)
                .expect("a batch is smaller than 2 GiB")
                .into(),
            leader_epoch: LeaderEpoch::NONE.0.into(),
            magic: MAGIC,
            crc: 0.into(),
            attributes: (self.codec as i16 & Attributes::CODEC_MASK).into(),
            last_offset_delta: (self.count - 1).into(),
            base_timestamp: stamp.timestamp.0.into(),
            max_timestamp: stamp.timestamp.0.into(),
            producer_id: stamp.producer.0.into(),
            producer_epoch: stamp.epoch.0.into(),
            base_sequence: stamp.base_sequence.0.into(),
            count: self.count.into(),
        };
        let own = crc32c(&header.as_bytes()[CRC_FROM..]);
        header.crc = self.shift.join(own, self.crc).into();
        let mut bytes = [0; HEADER_BYTES];
        bytes.copy_from_slice(header.as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{Prepared, Stamp};
    use crate::model::{ProducerEpoch, ProducerId, Sequence, Timestamp};
    use crate::records::{BatchBuilder, Codec, HEADER_BYTES, NewRecord};

    #[test]
    fn a_prepared_batch_is_the_one_that_the_builder_makes() {
        let record = NewRecord {
            key: Some(b"key"),
            value: Some(b"value"),
            ..NewRecord::default()
        };
        let (id, epoch, sequence) = (ProducerId(7), ProducerEpoch(1), Sequence(99));
        let mut builder = BatchBuilder::new().producer(id, epoch, sequence);
        for _ in 0..3 {
            builder.push(Timestamp(1_700_000_000_000), &record);
        }
        let whole = builder.finish();
        let records = &whole[HEADER_BYTES..];
        let stamp = Stamp {
            timestamp: Timestamp(1_700_000_000_000),
            producer: id,
            epoch,
            base_sequence: sequence,
        };
        let header = Prepared::new(3, Codec::None, records).header(&stamp);
        assert_eq!(header, whole[..HEADER_BYTES]);
    }
}
