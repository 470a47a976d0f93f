//! Bytes staged for the segment files, laid out so that direct I/O can write them as they are.
//!
//! Direct I/O writes whole blocks, a log ends anywhere. So every commit writes the last block
//! of the commit before it once more, with the new bytes behind the old ones:
//!
//! ```text
//! file     |  block 0  |  block 1  |  block 2  |
//! commit 1 |AAAAAAAAAAA|AAA00000000|
//! commit 2             |AAABBBBBBBB|BB000000000|
//!                       ^^^ carried: the same bytes as before
//! ```
//!
//! A power cut may tear the second write of block 1 anywhere. Whatever mixture of old and new
//! bytes it leaves, `AAA` is the same in both, so an acknowledged record never changes. Only one
//! commit of a partition is in flight, so two writes never race for a block.

use std::collections::VecDeque;

use bytes::Bytes;

use super::piece::Piece;
use crate::io::{Buffer, Pool};
use crate::model::Offset;

/// Block of every direct write, bytes; the alignment that all drives accept.
pub const BLOCK: u64 = 4096;

/// Largest buffer filled before the next one begins, bytes.
const BUFFER_BYTES_MAX: usize = 1 << 20;

/// A buffer of which less than one part in so many is fresh is not worth keeping for its readers:
/// what they need is copied out, and the buffer is used again.
const FRESH_PART_MIN: usize = 4;

const _: () = assert!((BUFFER_BYTES_MAX as u64).is_multiple_of(BLOCK));

/// One write of a commit: whole blocks of one segment file.
#[derive(Debug, Clone)]
pub struct BlockWrite {
    /// Base offset of the segment, which names the file.
    pub segment: Offset,
    /// Position in the file, a multiple of [`BLOCK`].
    pub start: u64,
    /// Whole blocks: carried bytes, then fresh ones, then zeros.
    pub blocks: Bytes,
    /// The bytes never written before, as a range of `blocks`.
    pub fresh: std::ops::Range<usize>,
    /// Bytes of memory that `blocks` keeps from being used again.
    held: usize,
}

impl BlockWrite {
    /// Whole blocks that were written before, to somewhere else.
    pub fn whole(segment: Offset, start: u64, blocks: Bytes) -> BlockWrite {
        BlockWrite {
            segment,
            start,
            fresh: 0..blocks.len(),
            held: blocks.len(),
            blocks,
        }
    }

    /// What stood in the first block before the fresh bytes.
    pub fn carried(&self) -> &[u8] {
        &self.blocks[..self.fresh.start]
    }

    /// Position in the file of the first byte behind the fresh ones.
    pub fn fresh_end(&self) -> u64 {
        self.start + self.fresh.end as u64
    }

    /// Position in the file of the first fresh byte.
    pub fn fresh_position(&self) -> u64 {
        self.start + self.fresh.start as u64
    }

    /// The fresh bytes in their place.
    pub fn fresh_piece(&self) -> Piece {
        Piece {
            segment: self.segment,
            position: self.fresh_position(),
            bytes: self.blocks.slice(self.fresh.clone()),
        }
    }

    /// The fresh bytes for readers, and the memory that keeping them costs.
    pub fn fresh_bytes(&self) -> (Bytes, usize) {
        let fresh = self.blocks.slice(self.fresh.clone());
        if fresh.len() * FRESH_PART_MIN > self.held {
            return (fresh, self.held);
        }
        (Bytes::copy_from_slice(&fresh), fresh.len())
    }
}

struct Filling {
    segment: Offset,
    start: u64,
    buffer: Buffer,
    fresh_from: usize,
}

/// The staged, unwritten end of a partition.
pub struct Appender {
    queue: VecDeque<Filling>,
    /// The bytes of the last block of the file before `position`; shorter than a block.
    carried: Vec<u8>,
    segment: Offset,
    position: u64,
}

impl Appender {
    /// Continues a file that ends at `position`; `carried` are the bytes of its last block.
    pub fn new(segment: Offset, position: u64, carried: &[u8]) -> Appender {
        assert_eq!(
            carried.len() as u64,
            position % BLOCK,
            "the last block is carried whole"
        );
        Appender {
            queue: VecDeque::new(),
            carried: carried.to_vec(),
            segment,
            position,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Steps over whole blocks that are written from elsewhere. Nothing may be staged, and the log
    /// must end on a block.
    pub fn skip(&mut self, blocks: usize) {
        assert!(
            self.queue.is_empty() && self.carried.is_empty(),
            "it stands on a block"
        );
        self.position += blocks as u64;
    }

    /// Segment and position in its file where the next byte goes.
    pub fn end(&self) -> (Offset, u64) {
        (self.segment, self.position)
    }

    /// Begins the file of a new segment: what follows is staged from its position 0.
    pub fn roll(&mut self, segment: Offset) {
        assert!(segment > self.segment, "segments begin in order");
        self.segment = segment;
        self.position = 0;
        self.carried.clear();
    }

    /// Stages the parts of a batch, one behind the other, behind everything staged before.
    pub fn push(&mut self, pool: &Pool, parts: &[&[u8]]) {
        let mut wanted: usize = parts.iter().map(|part| part.len()).sum();
        for part in parts {
            let mut bytes = *part;
            while !bytes.is_empty() {
                let filling = self.room(pool, wanted);
                let (now, later) = bytes.split_at(filling.buffer.remaining().min(bytes.len()));
                filling.buffer.extend_from_slice(now);
                self.position += now.len() as u64;
                wanted -= now.len();
                bytes = later;
            }
        }
    }

    /// Gives back memory that only a busy partition needs.
    pub fn shrink(&mut self) {
        self.queue.shrink_to_fit();
        self.carried.shrink_to_fit();
    }

    /// The buffer that takes the next byte, with at least one byte of room.
    fn room(&mut self, pool: &Pool, wanted: usize) -> &mut Filling {
        let fits = self.queue.back().is_some_and(|last| {
            last.segment == self.segment && last.buffer.len() < last.buffer.capacity()
        });
        if !fits {
            let filling = self.begin(pool, wanted);
            self.queue.push_back(filling);
        }
        self.queue.back_mut().expect("a buffer was just begun")
    }

    fn begin(&mut self, pool: &Pool, wanted: usize) -> Filling {
        let carried = (self.position % BLOCK) as usize;
        // Behind a full buffer the load is higher than it seemed.
        let before = self.queue.back().map_or(0, |last| last.buffer.capacity());
        let target = (carried + wanted).max(2 * before);
        let capacity = target
            .next_power_of_two()
            .clamp(BLOCK as usize, BUFFER_BYTES_MAX);
        let mut buffer = Buffer::with_capacity(pool, capacity);
        // A buffer that begins inside a block follows a sealed one; a full one ends on a block.
        assert!(self.carried.len() >= carried, "the open block is carried");
        buffer.extend_from_slice(&self.carried[..carried]);
        self.carried.clear();
        Filling {
            segment: self.segment,
            start: self.position - carried as u64,
            buffer,
            fresh_from: carried,
        }
    }

    /// Takes everything staged, as the writes of one commit, in file order.
    pub fn seal(&mut self) -> Vec<BlockWrite> {
        let mut writes = Vec::with_capacity(self.queue.len());
        while let Some(mut filling) = self.queue.pop_front() {
            let end = filling.buffer.len();
            if self.queue.is_empty() && filling.segment == self.segment {
                let open = end - end % BLOCK as usize;
                self.carried.clear();
                self.carried.extend_from_slice(&filling.buffer[open..end]);
            }
            filling.buffer.pad_to(BLOCK as usize);
            writes.push(BlockWrite {
                segment: filling.segment,
                start: filling.start,
                fresh: filling.fresh_from..end,
                held: filling.buffer.capacity(),
                blocks: filling.buffer.freeze(),
            });
        }
        writes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knuth's linear congruential generator: the seed alone decides what a run does.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, limit: usize) -> usize {
            let Dice(state) = self;
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (*state >> 33) as usize % limit
        }
    }

    /// A file as the writes of many commits leave it.
    #[derive(Default)]
    struct Disk(std::collections::BTreeMap<Offset, Vec<u8>>);

    impl Disk {
        fn apply(&mut self, write: &BlockWrite) {
            assert_eq!(
                (write.start % BLOCK, write.blocks.len() as u64 % BLOCK),
                (0, 0)
            );
            let file = self.0.entry(write.segment).or_default();
            let start = write.start as usize;
            let old = file.get(start..).unwrap_or_default();
            let carried = &write.blocks[..write.fresh.start];
            assert_eq!(
                &old[..carried.len()],
                carried,
                "acknowledged bytes are written unchanged"
            );
            file.resize(file.len().max(start + write.blocks.len()), 0);
            file[start..start + write.blocks.len()].copy_from_slice(&write.blocks);
        }
    }

    #[test]
    fn random_appends_and_commits_leave_exactly_the_bytes_staged() {
        for seed in 0..200 {
            let mut dice = Dice(seed);
            let pool = Pool::new(8 << 20);
            let mut appender = Appender::new(Offset(0), 0, &[]);
            let (mut disk, mut expected) = (Disk::default(), vec![(Offset(0), Vec::new())]);
            for step in 1..60i64 {
                match dice.below(10) {
                    0 => {
                        appender.roll(Offset(step));
                        expected.push((Offset(step), Vec::new()));
                    }
                    1..7 => {
                        let value = 1 + dice.below(255) as u8;
                        let bytes = vec![value; 1 + dice.below(18_000)];
                        appender.push(&pool, &[&bytes]);
                        expected.last_mut().unwrap().1.extend_from_slice(&bytes);
                    }
                    _ => appender.seal().iter().for_each(|write| disk.apply(write)),
                }
            }
            appender.seal().iter().for_each(|write| disk.apply(write));
            assert!(appender.is_empty());
            for (segment, bytes) in expected {
                let file = disk.0.remove(&segment).unwrap_or_default();
                assert_eq!(
                    file.len() as u64,
                    (bytes.len() as u64).next_multiple_of(BLOCK)
                );
                assert_eq!(
                    &file[..bytes.len()],
                    bytes,
                    "seed {seed}, segment {segment}"
                );
                assert!(
                    file[bytes.len()..].iter().all(|b| *b == 0),
                    "the padding is zeros"
                );
            }
        }
    }

    #[test]
    fn large_runs_fill_whole_buffers_that_do_not_overlap() {
        let pool = Pool::new(8 << 20);
        let mut appender = Appender::new(Offset(0), 5, b"hello");
        for _ in 0..40 {
            appender.push(&pool, &[&[7; 100_000]]);
        }
        let writes = appender.seal();
        assert!(writes.len() > 3);
        for pair in writes.windows(2) {
            assert_eq!(pair[0].start + pair[0].blocks.len() as u64, pair[1].start);
            assert_eq!(pair[1].fresh.start, 0);
        }
        assert_eq!(&writes[0].blocks[..6], b"hello\x07");
    }

    #[test]
    fn small_batches_keep_little_memory_even_where_they_cross_a_block() {
        let pool = Pool::new(8 << 20);
        let mut appender = Appender::new(Offset(0), 0, &[]);
        for _ in 0..100 {
            appender.push(&pool, &[&[1; 61], &[2; 200]]);
            for write in appender.seal() {
                let (fresh, held) = write.fresh_bytes();
                assert!(held <= FRESH_PART_MIN * fresh.len(), "{held}");
            }
        }
    }
}
