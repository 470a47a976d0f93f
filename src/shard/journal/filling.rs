use bytes::Bytes;

use super::frame::{self, ENTRY_BYTES, Entry, HEADER_BYTES, Head};
use crate::io::{BLOCK_BYTES, Buffer, Pool};
use crate::model::{Offset, PartitionId};
use crate::shard::partition::BlockWrite;

/// From so many bytes on, a write of its own costs less than a copy.
const GATHER_BYTES: usize = 64 << 10;

/// What a frame is to hold of one partition: the writes of one commit.
pub struct Run {
    pub partition: PartitionId,
    /// Offset of the first record.
    pub base: Offset,
    pub writes: Vec<BlockWrite>,
}

impl Run {
    /// About what it takes of a frame.
    pub fn bytes(&self) -> usize {
        self.writes.iter().map(|write| write.blocks.len()).sum()
    }

    fn entry(&self, write: &BlockWrite) -> Entry {
        Entry {
            partition: self.partition,
            segment: write.segment,
            position: position_of(write),
            bytes: u32::try_from(write.fresh.len()).expect("a buffer is at most a few megabytes"),
            // Behind a roll nothing is older than the segment.
            base: self.base.max(write.segment),
            at: 0,
        }
    }
}

fn position_of(write: &BlockWrite) -> u32 {
    u32::try_from(write.fresh_position()).expect("a segment is at most 2 GiB")
}

/// The parts of a frame in the order in which they stand in the file, whole blocks each: the head
/// with the small runs, and the large ones as they lie in memory.
pub fn seal<'a>(pool: &Pool, head: Head, runs: impl Iterator<Item = &'a Run>) -> Vec<Bytes> {
    let writes = runs.flat_map(|run| run.writes.iter().map(move |write| (run, write)));
    let (large, small): (Vec<_>, Vec<_>) =
        writes.partition(|(_, write)| write.fresh.len() >= GATHER_BYTES);
    let packed: usize = small.iter().map(|(_, write)| write.fresh.len()).sum();
    let mut at = HEADER_BYTES + (small.len() + large.len()) * ENTRY_BYTES;
    let head_bytes = (at + packed).next_multiple_of(BLOCK_BYTES);
    let mut entries = Vec::with_capacity(small.len() + large.len());
    for (run, write) in &small {
        entries.push(run.entry(write).placed(at));
        at += write.fresh.len();
    }
    at = head_bytes;
    for (run, write) in &large {
        entries.push(run.entry(write).placed(at + write.fresh.start));
        at += write.blocks.len();
    }
    let mut buffer = Buffer::with_capacity(pool, head_bytes);
    frame::begin(&mut buffer, &entries);
    for (_, write) in &small {
        buffer.extend_from_slice(&write.blocks[write.fresh.clone()]);
    }
    let gathered: Vec<Bytes> = large
        .iter()
        .map(|(_, write)| write.blocks.clone())
        .collect();
    frame::seal(&mut buffer, head, entries.len(), &gathered);
    let mut parts = vec![buffer.freeze()];
    parts.extend(gathered);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Uuid;
    use crate::shard::journal::frame::Origin;

    fn run(index: i32, bytes: usize) -> Run {
        let blocks = vec![index as u8; bytes.next_multiple_of(BLOCK_BYTES)];
        let topic = Uuid::METADATA;
        Run {
            partition: PartitionId { topic, index },
            base: Offset(index.into()),
            writes: vec![BlockWrite::whole(Offset(0), 8192, blocks.into())],
        }
    }

    #[test]
    fn small_and_large_runs_are_found_again() {
        let origin = Origin {
            shard: 1,
            generation: 2,
        };
        let head = Head {
            origin,
            sequence: 3,
            live_from: 3,
            synced_through: 2,
        };
        let runs = [run(1, 5000), run(2, 100_000), run(3, 100), run(4, 70_000)];
        let parts = seal(&Pool::new(1 << 20), head, runs.iter());
        assert_eq!(parts.len(), 3);
        let file: Bytes = parts.concat().into();
        assert_eq!(file.len() % BLOCK_BYTES, 0);
        let (frame, size) = frame::parse(&file, 0, origin).unwrap();
        assert_eq!((size, frame.runs.len(), frame.head), (file.len(), 4, head));
        for (entry, bytes) in frame.runs {
            let whole = &runs[entry.partition.index as usize - 1];
            assert_eq!(bytes, whole.writes[0].blocks);
            assert_eq!((entry.base, entry.position), (whole.base, 8192));
        }
    }
}
