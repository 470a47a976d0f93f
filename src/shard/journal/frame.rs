//! A frame of the journal, to the byte. Integers are big-endian.
//!
//! ```text
//! header   magic u32 | version u16 | shard u16 | generation u64 | sequence u64 | live from u64 |
//!          synced through u64 | frame bytes u32 | entries u32 | zeros | crc32 u32       64 bytes
//! entries  topic id 16 | partition u32 | segment u64 | position u32 | bytes u32 | base u64
//!                                                                                 44 bytes each
//! payload  runs of record batches as they stand in the segment files, in the order of the entries
//! zeros    up to the block size
//! ```
//!
//! The generation is drawn when a journal begins and stands in the names of its files too, the
//! sequence counts its frames: together they tell a live frame from one that an earlier round left
//! in the same place, and from bytes of a client that look like one. The CRC-32 (IEEE)
//! covers all of it but itself, and tells a whole frame from a torn
//! one. *Live from* is the oldest frame whose batches may not be safe in their segment files yet;
//! *synced through* the newest frame before this one that is known to be on the disk.

use bytes::Bytes;

use crate::io::{BLOCK_BYTES, Buffer};
use crate::model::{Offset, PartitionId, Uuid};

const HEADER_BYTES: usize = 64;
const ENTRY_BYTES: usize = 44;

const MAGIC: u32 = 0x434c_4a46;
const VERSION: u16 = 1;
/// Where the checksum stands in the header.
const CRC_AT: usize = HEADER_BYTES - 4;

/// Whose frame it is: of a shard, and of the one run of the process that drew this generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub shard: u16,
    pub generation: u64,
}

/// What a frame says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub origin: Origin,
    pub sequence: u64,
    pub live_from: u64,
    pub synced_through: u64,
}

/// Where a run lies and belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub partition: PartitionId,
    /// Base offset of the segment, which names its file.
    pub segment: Offset,
    /// Position in that file.
    pub position: u32,
    pub bytes: u32,
    /// Offset of the first record, or less.
    pub base: Offset,
}

/// Bytes of a frame with so many entries, and so many bytes of payload.
pub fn size_of(entries: usize, payload: usize) -> usize {
    (HEADER_BYTES + entries * ENTRY_BYTES + payload).next_multiple_of(BLOCK_BYTES)
}

/// Begins a frame: room for the header, and the entries. The payload follows.
pub fn begin(buffer: &mut Buffer, entries: &[Entry]) {
    buffer.extend_from_slice(&[0; HEADER_BYTES]);
    for entry in entries {
        buffer.extend_from_slice(&encode_entry(entry));
    }
}

/// Ends a frame.
pub fn seal(buffer: &mut Buffer, head: Head, entries: usize) {
    buffer.pad_to(BLOCK_BYTES);
    let header = encode_header(head, buffer.len(), entries);
    buffer[..CRC_AT].copy_from_slice(&header);
    let crc = checksum(buffer);
    buffer[CRC_AT..HEADER_BYTES].copy_from_slice(&crc.to_be_bytes());
}

fn encode_header(head: Head, bytes: usize, entries: usize) -> [u8; CRC_AT] {
    let mut header = [0; CRC_AT];
    header[0..4].copy_from_slice(&MAGIC.to_be_bytes());
    header[4..6].copy_from_slice(&VERSION.to_be_bytes());
    header[6..8].copy_from_slice(&head.origin.shard.to_be_bytes());
    header[8..16].copy_from_slice(&head.origin.generation.to_be_bytes());
    header[16..24].copy_from_slice(&head.sequence.to_be_bytes());
    header[24..32].copy_from_slice(&head.live_from.to_be_bytes());
    header[32..40].copy_from_slice(&head.synced_through.to_be_bytes());
    header[40..44].copy_from_slice(&(bytes as u32).to_be_bytes());
    header[44..48].copy_from_slice(&(entries as u32).to_be_bytes());
    header
}

fn encode_entry(entry: &Entry) -> [u8; ENTRY_BYTES] {
    let mut bytes = [0; ENTRY_BYTES];
    bytes[0..16].copy_from_slice(entry.partition.topic.as_bytes());
    bytes[16..20].copy_from_slice(&entry.partition.index.to_be_bytes());
    bytes[20..28].copy_from_slice(&entry.segment.0.to_be_bytes());
    bytes[28..32].copy_from_slice(&entry.position.to_be_bytes());
    bytes[32..36].copy_from_slice(&entry.bytes.to_be_bytes());
    bytes[36..44].copy_from_slice(&entry.base.0.to_be_bytes());
    bytes
}

/// Of everything but the checksum itself.
fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[..CRC_AT]);
    hasher.update(&frame[HEADER_BYTES..]);
    hasher.finalize()
}

/// A whole frame, as found on the disk.
#[derive(Debug, Clone)]
pub struct Frame {
    pub head: Head,
    /// Each run with its place.
    pub runs: Vec<(Entry, Bytes)>,
}

/// Every whole frame of a file. One begins at a block; behind a broken one the next is looked for
/// block by block.
pub fn all(file: &Bytes, origin: Origin) -> Vec<Frame> {
    let (mut frames, mut at) = (Vec::new(), 0);
    while at < file.len() {
        match parse(file, at, origin) {
            Some((frame, size)) => {
                frames.push(frame);
                at += size;
            }
            None => at += BLOCK_BYTES,
        }
    }
    frames
}

/// Reads the frame of `origin` that begins at `at`; gives it and its size in blocks. `None` where
/// no such frame begins, or it is not whole.
pub fn parse(file: &Bytes, at: usize, origin: Origin) -> Option<(Frame, usize)> {
    let header: &[u8; HEADER_BYTES] = file.get(at..)?.first_chunk()?;
    if u32_at(header, 0)? != MAGIC || u16_at(header, 4)? != VERSION {
        return None;
    }
    // Before the checksum: what a client sent must not cost one for every block.
    if (u16_at(header, 6)?, u64_at(header, 8)?) != (origin.shard, origin.generation) {
        return None;
    }
    let bytes = u32_at(header, 40)? as usize;
    let count = u32_at(header, 44)? as usize;
    let payload_at = count.checked_mul(ENTRY_BYTES)?.checked_add(HEADER_BYTES)?;
    let is_sound = payload_at <= bytes && bytes.is_multiple_of(BLOCK_BYTES);
    let whole = file.get(at..at.checked_add(bytes)?).filter(|_| is_sound)?;
    if checksum(whole) != u32_at(header, CRC_AT)? {
        return None;
    }
    let head = Head {
        origin,
        sequence: u64_at(header, 16)?,
        live_from: u64_at(header, 24)?,
        synced_through: u64_at(header, 32)?,
    };
    let entries = whole.get(HEADER_BYTES..payload_at)?;
    let runs = runs_of(&file.slice(at + payload_at..at + bytes), entries)?;
    Some((Frame { head, runs }, bytes))
}

fn runs_of(payload: &Bytes, entries: &[u8]) -> Option<Vec<(Entry, Bytes)>> {
    let mut from = 0usize;
    let mut runs = Vec::with_capacity(entries.len() / ENTRY_BYTES);
    for bytes in entries.chunks_exact(ENTRY_BYTES) {
        let entry = Entry {
            partition: PartitionId {
                topic: Uuid::from_bytes(*bytes.first_chunk()?),
                index: u32_at(bytes, 16)?.cast_signed(),
            },
            segment: Offset(u64_at(bytes, 20)?.cast_signed()),
            position: u32_at(bytes, 28)?,
            bytes: u32_at(bytes, 32)?,
            base: Offset(u64_at(bytes, 36)?.cast_signed()),
        };
        let to = from.checked_add(entry.bytes as usize)?;
        if to > payload.len() {
            return None;
        }
        runs.push((entry, payload.slice(from..to)));
        from = to;
    }
    Some(runs)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Pool;

    const ORIGIN: Origin = Origin {
        shard: 2,
        generation: 9,
    };

    fn example() -> Bytes {
        let mut buffer = Buffer::with_capacity(&Pool::new(0), 2 * BLOCK_BYTES);
        let entry = |base, bytes| Entry {
            partition: PartitionId {
                topic: Uuid::METADATA,
                index: 3,
            },
            segment: Offset(5),
            position: 77,
            bytes,
            base: Offset(base),
        };
        let head = Head {
            origin: ORIGIN,
            sequence: 11,
            live_from: 4,
            synced_through: 10,
        };
        begin(&mut buffer, &[entry(6, 1000), entry(8, 3000)]);
        buffer.extend_from_slice(&[7; 4000]);
        seal(&mut buffer, head, 2);
        buffer.freeze()
    }

    #[test]
    fn a_sealed_frame_reads_back_and_says_its_size() {
        let bytes = example();
        let (frame, size) = parse(&bytes, 0, ORIGIN).unwrap();
        assert_eq!(size, 2 * BLOCK_BYTES);
        assert_eq!((frame.head.sequence, frame.head.origin), (11, ORIGIN));
        assert_eq!(frame.runs.len(), 2);
        assert_eq!(
            (frame.runs[1].0.base, frame.runs[1].1.len()),
            (Offset(8), 3000)
        );
        assert_eq!(frame.runs[0].0.partition.index, 3);
    }

    #[test]
    fn a_frame_of_another_origin_is_none() {
        let (shard, generation) = (ORIGIN.shard, ORIGIN.generation);
        let another = Origin {
            shard,
            generation: generation + 1,
        };
        assert!(parse(&example(), 0, another).is_none());
    }

    #[test]
    fn a_frame_with_any_byte_changed_or_cut_is_none() {
        let bytes = example();
        let end = bytes.len();
        for at in (0..end).step_by(7).chain([CRC_AT, end - 1]) {
            let mut torn = bytes.to_vec();
            torn[at] ^= 1;
            assert!(parse(&torn.into(), 0, ORIGIN).is_none(), "byte {at}");
            assert!(
                parse(&bytes.slice(..at), 0, ORIGIN).is_none(),
                "cut at {at}"
            );
        }
    }
}
