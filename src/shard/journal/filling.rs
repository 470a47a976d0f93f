use bytes::Bytes;

use super::frame::{self, Entry, Head};
use crate::io::{Buffer, Pool};
use crate::model::{Offset, PartitionId};
use crate::shard::partition::Piece;

/// What a frame is to hold of one partition: what one commit adds to its segments.
pub struct Run {
    pub partition: PartitionId,
    /// Offset of the first record.
    pub base: Offset,
    pub pieces: Vec<Piece>,
}

impl Run {
    /// What it takes of a frame, its entries not counted.
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }

    fn entry(&self, piece: &Piece) -> Entry {
        let bytes = piece.bytes.len();
        Entry {
            partition: self.partition,
            segment: piece.segment,
            position: u32::try_from(piece.position).expect("a segment is at most 2 GiB"),
            bytes: u32::try_from(bytes).expect("a buffer is at most a few megabytes"),
            // Behind a roll nothing is older than the segment.
            base: self.base.max(piece.segment),
        }
    }
}

/// Bytes of a frame of these runs.
pub fn size<'a>(runs: impl Iterator<Item = &'a Run>) -> usize {
    let pieces = runs.flat_map(|run| &run.pieces);
    let sizes = pieces.map(|piece| piece.bytes.len());
    let (entries, payload) = sizes.fold((0, 0), |(n, sum), bytes| (n + 1, sum + bytes));
    frame::size_of(entries, payload)
}

/// A frame in whole blocks, ready to be written.
pub fn seal<'a>(pool: &Pool, head: Head, runs: impl Iterator<Item = &'a Run>) -> Bytes {
    let pieces = runs.flat_map(|run| run.pieces.iter().map(move |piece| (run, piece)));
    let pieces: Vec<_> = pieces.collect();
    let entries: Vec<Entry> = pieces.iter().map(|(run, piece)| run.entry(piece)).collect();
    let payload: usize = pieces.iter().map(|(_, piece)| piece.bytes.len()).sum();
    let mut buffer = Buffer::with_capacity(pool, frame::size_of(entries.len(), payload));
    frame::begin(&mut buffer, &entries);
    for (_, piece) in &pieces {
        buffer.extend_from_slice(&piece.bytes);
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
        let topic = Uuid::METADATA;
        let piece = Piece {
            segment: Offset(0),
            position: 8192,
            bytes: vec![index as u8; bytes].into(),
        };
        Run {
            partition: PartitionId { topic, index },
            base: Offset(index.into()),
            pieces: vec![piece],
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
            assert_eq!(bytes, whole.pieces[0].bytes);
            assert_eq!((entry.base, entry.position), (whole.base, 8192));
        }
    }
}
