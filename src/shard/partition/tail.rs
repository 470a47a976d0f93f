//! The recent end of a partition in memory: what consumers that keep up are served from.
//!
//! It holds the very buffers that were written to the disk. A read is a list of slices of them,
//! so many consumers of one tail cost one copy, the one made when the batch was staged.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::model::Offset;

/// Where one batch lies.
#[derive(Debug, Clone, Copy)]
pub struct BatchMark {
    pub base: Offset,
    pub last: Offset,
    pub segment: Offset,
    pub position: u64,
    pub size: u32,
}

/// Contiguous bytes of one segment file.
#[derive(Debug)]
struct Piece {
    segment: Offset,
    position: u64,
    bytes: Bytes,
}

impl Piece {
    fn end(&self) -> u64 {
        self.position + self.bytes.len() as u64
    }
}

/// Batches one after the other in one segment file.
#[derive(Debug, Clone, Copy)]
struct Run {
    segment: Offset,
    start: u64,
    end: u64,
}

impl Run {
    fn of(mark: &BatchMark) -> Run {
        let end = mark.position + u64::from(mark.size);
        Run {
            segment: mark.segment,
            start: mark.position,
            end,
        }
    }
}

/// Written bytes, oldest first, with a mark for every batch that lies in them whole.
#[derive(Debug, Default)]
pub struct Tail {
    pieces: VecDeque<Piece>,
    marks: VecDeque<BatchMark>,
}

impl Tail {
    /// Remembers a batch when it is staged; its bytes follow with [`Tail::push`].
    pub fn mark(&mut self, mark: BatchMark) {
        self.marks.push_back(mark);
    }

    /// Adds bytes that were written.
    pub fn push(&mut self, segment: Offset, position: u64, bytes: Bytes) {
        self.pieces.push_back(Piece {
            segment,
            position,
            bytes,
        });
    }

    /// Lets the oldest bytes go. Returns whether there were any.
    pub fn evict(&mut self) -> bool {
        let Some(piece) = self.pieces.pop_front() else {
            return false;
        };
        let gone = |m: &BatchMark| {
            m.segment < piece.segment || (m.segment == piece.segment && m.position < piece.end())
        };
        while self.marks.front().is_some_and(gone) {
            self.marks.pop_front();
        }
        true
    }

    /// Segment and file position where the oldest piece ends.
    pub fn front_end(&self) -> Option<(Offset, u64)> {
        self.pieces
            .front()
            .map(|piece| (piece.segment, piece.end()))
    }

    /// The first batch held, if there is one.
    pub fn begin(&self) -> Option<BatchMark> {
        self.pieces.front()?;
        self.marks.front().copied()
    }

    /// Reads whole batches from the one that holds `from` up to `upper`, at most `max` bytes but
    /// at least one batch if `first_whole`. Gives the slices and the size of the first batch, or
    /// `None` when `from` lies before the tail.
    pub fn read(
        &self,
        from: Offset,
        upper: Offset,
        max: usize,
        first_whole: bool,
    ) -> Option<(Vec<Bytes>, usize)> {
        if self.begin()?.base > from {
            return None;
        }
        let begin = self.marks.partition_point(|m| m.last < from);
        let (mut slices, mut size, mut first) = (Vec::new(), 0, 0);
        let mut run: Option<Run> = None;
        for (nth, mark) in self.marks.range(begin..).enumerate() {
            let fits = size + mark.size as usize <= max || (nth == 0 && first_whole);
            if mark.last >= upper || !fits {
                break;
            }
            size += mark.size as usize;
            if nth == 0 {
                first = size;
            }
            let next = Run::of(mark);
            run = match run {
                Some(run) if run.segment == next.segment => Some(Run {
                    end: next.end,
                    ..run
                }),
                Some(done) => {
                    self.gather(done, &mut slices);
                    Some(next)
                }
                None => Some(next),
            };
        }
        if let Some(done) = run {
            self.gather(done, &mut slices);
        }
        Some((slices, first))
    }

    /// Appends the slices that cover a run.
    fn gather(
        &self,
        Run {
            segment,
            start,
            end,
        }: Run,
        slices: &mut Vec<Bytes>,
    ) {
        let first = self
            .pieces
            .partition_point(|p| p.segment < segment || (p.segment == segment && p.end() <= start));
        let mut at = start;
        for piece in self.pieces.range(first..) {
            if at >= end {
                break;
            }
            assert!(
                piece.segment == segment && piece.position <= at,
                "the tail has no gaps"
            );
            let from = (at - piece.position) as usize;
            let to = (end.min(piece.end()) - piece.position) as usize;
            slices.push(piece.bytes.slice(from..to));
            at = piece.position + to as u64;
        }
        assert!(
            at >= end,
            "a marked batch below the watermark lies in memory whole"
        );
    }
}
