use super::producer_entry::{BatchRange, ProducerEntry};
use crate::model::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::records::crc32c;

/// Why a producer snapshot cannot be used; recovery then takes an older one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SnapshotFault {
    #[error("producer snapshot is cut short or too long")]
    Length,
    #[error("producer snapshot has version {0}, expected 1")]
    Version(i16),
    #[error(
        "Snapshot is corrupt (CRC is no longer valid). Stored crc: {stored}. Computed crc: \
         {computed}"
    )]
    Checksum { stored: u32, computed: u32 },
}

const VERSION: i16 = 1;
const HEAD_BYTES: usize = 10;
const CHECKED_FROM: usize = 6;
const ENTRY_BYTES: usize = 46;

/// The content of a `.snapshot` file. Of each producer only the newest batch is kept.
///
/// ```text
///  0 version 1   i16           entry  producer id           i64   last offset -1, sequence -1
///  2 crc         u32 of 6..           epoch                 i16   and delta 0 when only
///  6 entries     i32                  last sequence         i32   markers are known
/// 10 entries, 46 bytes each           last offset           i64
///                                     offset delta          i32
///                                     timestamp             i64
///                                     coordinator epoch     i32
///                                     txn first offset      i64   -1 when none is open
/// ```
pub fn encode<'a>(producers: impl Iterator<Item = (ProducerId, &'a ProducerEntry)>) -> Vec<u8> {
    let mut file = vec![0; HEAD_BYTES];
    let mut count = 0i32;
    for (id, entry) in producers {
        let newest = entry.batches().last().copied().unwrap_or(BatchRange::NONE);
        file.extend_from_slice(&id.0.to_be_bytes());
        file.extend_from_slice(&entry.epoch.0.to_be_bytes());
        file.extend_from_slice(&newest.last_sequence.0.to_be_bytes());
        file.extend_from_slice(&newest.last_offset.0.to_be_bytes());
        file.extend_from_slice(&newest.offset_delta.to_be_bytes());
        file.extend_from_slice(&entry.last_timestamp.0.to_be_bytes());
        file.extend_from_slice(&entry.coordinator_epoch.to_be_bytes());
        let txn_first = entry.txn_first.unwrap_or(Offset(-1));
        file.extend_from_slice(&txn_first.0.to_be_bytes());
        count += 1;
    }
    file[..2].copy_from_slice(&VERSION.to_be_bytes());
    file[CHECKED_FROM..HEAD_BYTES].copy_from_slice(&count.to_be_bytes());
    let crc = crc32c(&file[CHECKED_FROM..]);
    file[2..CHECKED_FROM].copy_from_slice(&crc.to_be_bytes());
    file
}

/// Reads a `.snapshot` file: its producers, in the file's order.
pub fn decode(file: &[u8]) -> Result<Vec<(ProducerId, ProducerEntry)>, SnapshotFault> {
    let mut head = Fields(file);
    let version = i16::from_be_bytes(head.take()?);
    if version != VERSION {
        return Err(SnapshotFault::Version(version));
    }
    let stored = u32::from_be_bytes(head.take()?);
    let computed = crc32c(head.0);
    if stored != computed {
        return Err(SnapshotFault::Checksum { stored, computed });
    }
    let count = usize::try_from(i32::from_be_bytes(head.take()?));
    let entries = head.0;
    if count.ok().and_then(|count| count.checked_mul(ENTRY_BYTES)) != Some(entries.len()) {
        return Err(SnapshotFault::Length);
    }
    entries
        .chunks_exact(ENTRY_BYTES)
        .map(decode_entry)
        .collect()
}

fn decode_entry(entry: &[u8]) -> Result<(ProducerId, ProducerEntry), SnapshotFault> {
    let mut fields = Fields(entry);
    let id = ProducerId(i64::from_be_bytes(fields.take()?));
    let epoch = ProducerEpoch(i16::from_be_bytes(fields.take()?));
    let last_sequence = Sequence(i32::from_be_bytes(fields.take()?));
    let last_offset = Offset(i64::from_be_bytes(fields.take()?));
    let offset_delta = i32::from_be_bytes(fields.take()?);
    let timestamp = Timestamp(i64::from_be_bytes(fields.take()?));
    let mut found = ProducerEntry::new(epoch, timestamp);
    found.coordinator_epoch = i32::from_be_bytes(fields.take()?);
    let txn_first = i64::from_be_bytes(fields.take()?);
    found.txn_first = (txn_first >= 0).then_some(Offset(txn_first));
    if last_offset >= Offset::ZERO {
        found.remember(BatchRange {
            last_sequence,
            last_offset,
            offset_delta,
            timestamp,
        });
    }
    Ok((id, found))
}

/// What is left of a record of big-endian fields.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotFault> {
        let (field, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(SnapshotFault::Length)?;
        self.0 = rest;
        Ok(*field)
    }
}
