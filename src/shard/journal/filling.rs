use bytes::Bytes;

use super::frame::{self, Entry, Head};
use crate::io::{Buffer, Pool};
use crate::model::{Offset, PartitionId};
use crate::shard::partition::BlockWrite;

/// What a frame is to hold of one partition: the writes of one commit.
pub struct Run {
    pub partition: PartitionId,
    /// Offset of the first record.
    pub base: Offset,
    pub writes: Vec<BlockWrite>,
}

impl Run {
    /// What it takes of a frame, its entries not counted.
    pub fn bytes(&self) -> usize {
        self.writes.iter().map(|write| write.fresh.len()).sum()
    }

    fn entry(&self, write: &BlockWrite) -> Entry {
        Entry {
            partition: self.partition,
            segment: write.segment,
            position: position_of(write),
            bytes: u32::try_from(write.fresh.len()).expect("a buffer is at most a few megabytes"),
            // Behind a roll nothing is older than the segment.
            base: self.base.max(write.segment),
        }
    }
}

fn position_of(write: &BlockWrite) -> u32 {
    u32::try_from(write.fresh_position()).expect("a segment is at most 2 GiB")
}

/// Bytes of a frame of these runs.
pub fn size<'a>(runs: impl Iterator<Item = &'a Run>) -> usize {
    let writes = runs.flat_map(|run| &run.writes);
    let sizes = writes.map(|write| write.fresh.len());
    let (entries, payload) = sizes.fold((0, 0), |(n, sum), bytes| (n + 1, sum + bytes));
    frame::size_of(entries, payload)
}

/// A frame in whole blocks, ready to be written.
pub fn seal<'a>(pool: &Pool, head: Head, runs: impl Iterator<Item = &'a Run>) -> Bytes {
    let writes = runs.flat_map(|run| run.writes.iter().map(move |write| (run, write)));
    let writes: Vec<_> = writes.collect();
    let entries: Vec<Entry> = writes.iter().map(|(run, write)| run.entry(write)).collect();
    let payload: usize = writes.iter().map(|(_, write)| write.fresh.len()).sum();
    let mut buffer = Buffer::with_capacity(pool, frame::size_of(entries.len(), payload));
    frame::begin(&mut buffer, &entries);
    for (_, write) in &writes {
        buffer.extend_from_slice(&write.blocks[write.fresh.clone()]);
    }
    frame::seal(&mut buffer, head, entries.len());
    buffer.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::BLOCK_BYTES;
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
    fn runs_are_found_again_where_they_belong() {
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
        let file = seal(&Pool::new(1 << 20), head, runs.iter());
        assert_eq!(file.len() % BLOCK_BYTES, 0);
        assert_eq!(file.len(), size(runs.iter()));
        let (frame, size) = frame::parse(&file, 0, origin).unwrap();
        assert_eq!((size, frame.runs.len(), frame.head), (file.len(), 4, head));
        for (entry, bytes) in frame.runs {
            let whole = &runs[entry.partition.index as usize - 1];
            assert_eq!(bytes, whole.writes[0].blocks);
            assert_eq!((entry.base, entry.position), (whole.base, 8192));
        }
    }
}
