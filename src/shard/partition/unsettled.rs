//! What the journal holds of a partition and its segment files do not hold yet.
//!
//! It goes to the files in runs that are as large as the memory allows. Where a piece has whole
//! blocks, these are written as they lie in memory; what is around them is put together anew:
//!
//! ```text
//! pieces   |aaa|bbbbbb|cccccccccccccccccccccccccccccccccc|dd|
//! blocks   |           |           |           |           |
//! writes   |.aaabbbbbbc|  in place, from the piece c   |ccdd00|
//! ```

use bytes::Bytes;

use super::appender::{Appender, BLOCK, BlockWrite};
use super::piece::Piece;
use crate::io::Pool;
use crate::model::{Instant, Offset};
use crate::shard::budget::Permit;

/// From so many bytes on, a write of its own costs less than a copy.
const IN_PLACE_BYTES: usize = 64 << 10;

/// Everything before this place is in the segment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    pub end: Offset,
    pub segment: Offset,
    /// Position in that segment's file.
    pub position: u64,
}

impl Settled {
    /// The place behind a write, the last one before the offset `end`.
    pub fn behind(write: &BlockWrite, end: Offset) -> Settled {
        Settled {
            end,
            segment: write.segment,
            position: write.fresh_end(),
        }
    }
}

/// Durable bytes on their way to the segment files, in the order of the log.
#[derive(Debug, Default)]
pub struct Unsettled {
    pieces: Vec<Piece>,
    /// What stands in the block of the first piece before it.
    open_block: Vec<u8>,
    end: Offset,
    since: Option<Instant>,
    bytes: usize,
    /// Shares of what a shard may have unsettled.
    permits: Vec<Permit>,
}

impl Unsettled {
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// When the oldest of it became durable.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Adds what one write of a frame holds; `fresh` are its bytes.
    pub fn push(&mut self, write: &BlockWrite, fresh: Bytes) {
        if self.pieces.is_empty() {
            self.open_block = write.carried().to_vec();
        }
        self.bytes += fresh.len();
        self.pieces.push(Piece {
            segment: write.segment,
            position: write.fresh_position(),
            bytes: fresh,
        });
    }

    /// Ends the pieces of a commit, which ends at `end`.
    pub fn keep(&mut self, permit: Permit, end: Offset, now: Instant) {
        self.end = end;
        self.since.get_or_insert(now);
        self.permits.push(permit);
    }

    /// The writes that bring everything to the files, and the place that these reach then.
    pub fn lay_out(&self, pool: &Pool) -> Option<(Vec<BlockWrite>, Settled)> {
        let (first, last) = (self.pieces.first()?, self.pieces.last()?);
        let mut appender = Appender::new(first.segment, first.position, &self.open_block);
        let mut writes = Vec::new();
        for piece in &self.pieces {
            if appender.end().0 != piece.segment {
                appender.roll(piece.segment);
            }
            assert_eq!(
                appender.end(),
                (piece.segment, piece.position),
                "the pieces of a log have no gaps"
            );
            let Some((head, blocks, rest)) = piece.in_place() else {
                appender.push(pool, &[&piece.bytes]);
                continue;
            };
            appender.push(pool, &[&head]);
            writes.append(&mut appender.seal());
            let (segment, start) = appender.end();
            appender.skip(blocks.len());
            writes.push(BlockWrite::whole(segment, start, blocks));
            appender.push(pool, &[&rest]);
        }
        writes.append(&mut appender.seal());
        let settled = Settled {
            end: self.end,
            segment: last.segment,
            position: last.position + last.bytes.len() as u64,
        };
        Some((writes, settled))
    }
}

impl Piece {
    /// Its whole blocks, and what is before and behind them; `None` where they are few, or do not
    /// lie in memory as direct I/O needs them.
    fn in_place(&self) -> Option<(Bytes, Bytes, Bytes)> {
        let before = (self.position.next_multiple_of(BLOCK) - self.position) as usize;
        let blocks = self.bytes.len().checked_sub(before)? / BLOCK as usize * BLOCK as usize;
        let address = self.bytes.as_ptr().addr() + before;
        if blocks < IN_PLACE_BYTES || !address.is_multiple_of(BLOCK as usize) {
            return None;
        }
        let part = |range| self.bytes.slice(range);
        let behind = before + blocks;
        Some((
            part(0..before),
            part(before..behind),
            part(behind..self.bytes.len()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::shard::budget::Budget;

    /// Commits of sizes drawn by `dice`, and the bytes that the file should hold.
    fn staged(pool: &Pool, dice: &mut impl FnMut(usize) -> usize) -> (Unsettled, u64, Vec<u8>) {
        let start = dice(9000);
        let mut file: Vec<u8> = (0..start).map(|at| at as u8).collect();
        let open = start - start % BLOCK as usize;
        let mut appender = Appender::new(Offset(0), start as u64, &file[open..]);
        let (mut unsettled, budget) = (Unsettled::default(), Budget::new(1));
        for _ in 0..1 + dice(12) {
            let bytes_max = [300, 9_000, 400_000][dice(3)];
            let bytes = 1 + dice(bytes_max);
            let batch: Vec<u8> = (0..bytes).map(|at| (at * 7 + bytes) as u8).collect();
            appender.push(pool, &[&batch]);
            file.extend_from_slice(&batch);
            for write in appender.seal() {
                let (fresh, _) = write.fresh_bytes();
                unsettled.push(&write, fresh);
            }
        }
        let permit = budget.take(0).now_or_never().expect("it is free");
        unsettled.keep(permit, Offset(9), Instant::ZERO);
        (unsettled, start as u64, file)
    }

    #[test]
    fn random_commits_are_laid_out_as_the_bytes_of_the_file() {
        let (mut in_place, mut state) = (0, 1u64);
        let mut dice = |limit: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % limit
        };
        for _ in 0..100 {
            let pool = Pool::new(8 << 20);
            let (unsettled, start, expected) = staged(&pool, &mut dice);
            let (writes, settled) = unsettled.lay_out(&pool).unwrap();
            assert_eq!(
                (settled.end, settled.position),
                (Offset(9), expected.len() as u64)
            );
            let mut at = start - start % BLOCK;
            for write in &writes {
                assert!(write.blocks.as_ptr().addr().is_multiple_of(BLOCK as usize));
                assert_eq!((write.start, write.blocks.len() as u64 % BLOCK), (at, 0));
                let range = at as usize..expected.len().min(at as usize + write.blocks.len());
                assert!(write.blocks[..range.len()] == expected[range]);
                at += write.blocks.len() as u64;
                in_place += usize::from(write.fresh.len() >= IN_PLACE_BYTES);
            }
            assert!(at >= expected.len() as u64);
        }
        assert!(
            in_place > 50,
            "large pieces are written as they lie in memory"
        );
    }
}
