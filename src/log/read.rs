use super::{Log, Refusal, Segment};
use crate::model::{Offset, ProducerId, Timestamp};

/// Where the answer to a question about the log lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// Nothing is there to read, as yet.
    Empty,
    /// Scan the headers of the batches in this range of a file.
    Scan(ReadPlan),
    /// The indexes of this segment are not in memory: read its index files, give them to
    /// [`Log::load_index`], ask again.
    NeedIndex(Offset),
}

/// A range of one segment file. The first batch begins exactly at `position`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadPlan {
    /// Base of the segment.
    pub segment: Offset,
    /// From which byte to scan; the wanted batch is here or later.
    pub position: u32,
    /// Bytes of the file that hold written batches; never read past it.
    pub end: u32,
    /// Base of the segment after it, where a scan that found nothing goes on.
    pub next: Option<Offset>,
}

/// Aborted transactions that overlap a range of offsets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Aborted {
    /// Producer and first offset of each.
    List(Vec<(ProducerId, Offset)>),
    /// See [`Read::NeedIndex`].
    NeedIndex(Offset),
}

impl Log {
    /// Where to scan for the first batch whose last offset is at or past `offset`. `upper` is the
    /// high watermark or last stable offset: batches that begin at or past it are not for this
    /// reader, and it is for the scan to leave them out.
    pub fn read(&self, offset: Offset, upper: Offset) -> Result<Read, Refusal> {
        if offset < self.log_start || offset > self.staged_end() {
            return Err(Refusal::OffsetOutOfRange {
                asked: offset,
                start: self.log_start,
                end: self.staged_end(),
            });
        }
        if offset >= upper || offset >= self.written.end {
            return Ok(Read::Empty);
        }
        Ok(self.scan_from(self.holding(offset), |segment| {
            let indexes = segment.indexes()?;
            // An entry at `offset - 1` is as good a start as one at `offset`, and is the batch
            // before the wanted one; an entry at `offset` is the wanted batch itself.
            Some(indexes.offsets.lookup(segment.relative(offset)))
        }))
    }

    /// ListOffsets by time: where to scan for the first record at or past the log start with a
    /// timestamp of at least `timestamp` (`UnifiedLog.fetchOffsetByTimestamp`).
    pub fn seek_timestamp(&self, timestamp: Timestamp) -> Read {
        for (at, segment) in self.segments.iter().enumerate() {
            match segment.largest() {
                None => return Read::NeedIndex(segment.base()),
                Some(largest) if largest.timestamp < timestamp => {}
                Some(_) => {
                    return self.scan_from(at, |segment| {
                        let indexes = segment.indexes()?;
                        let timed = indexes.times.lookup(timestamp);
                        let start = segment.relative(self.log_start);
                        Some(indexes.offsets.lookup(timed.max(start)))
                    });
                }
            }
        }
        Read::Empty
    }

    /// ListOffsets of the largest timestamp: where to scan for the batch that ends at the second
    /// value. Its first record with the batch's max timestamp is the answer.
    pub fn seek_largest(&self) -> (Read, Offset) {
        let mut best: Option<(usize, super::Largest)> = None;
        for (at, segment) in self.segments.iter().enumerate() {
            let Some(largest) = segment.largest() else {
                return (Read::NeedIndex(segment.base()), segment.base());
            };
            if best.is_none_or(|best| largest.timestamp > best.1.timestamp) {
                best = Some((at, largest));
            }
        }
        let Some((at, largest)) = best.filter(|best| best.1.timestamp >= Timestamp(0)) else {
            return (Read::Empty, self.log_start);
        };
        let plan = self.scan_from(at, |segment| {
            let indexes = segment.indexes()?;
            Some(indexes.offsets.lookup(segment.relative(largest.offset)))
        });
        (plan, largest.offset)
    }

    /// Aborted transactions that a `read_committed` reader of `from..upper` must filter, `upper`
    /// being the end of what it is given (`UnifiedLog.collectAbortedTransactions`).
    pub fn aborted(&self, from: Offset, upper: Offset) -> Aborted {
        let mut found = Vec::new();
        for segment in self.segments.iter().skip(self.holding(from)) {
            let Some(indexes) = segment.indexes() else {
                return Aborted::NeedIndex(segment.base());
            };
            for entry in indexes.aborted.entries() {
                if entry.last >= from && entry.first < upper {
                    found.push((entry.producer, entry.first));
                }
                if entry.last_stable >= upper {
                    return Aborted::List(found);
                }
            }
        }
        Aborted::List(found)
    }

    /// Index of the segment that holds `offset` or the gap in which it lies.
    fn holding(&self, offset: Offset) -> usize {
        let after = self
            .segments
            .partition_point(|segment| segment.base() <= offset);
        after.saturating_sub(1)
    }

    fn scan_from(&self, at: usize, position: impl Fn(&Segment) -> Option<u32>) -> Read {
        let Some(segment) = self.segments.get(at) else {
            return Read::Empty;
        };
        let Some(position) = position(segment) else {
            return Read::NeedIndex(segment.base());
        };
        let end = self.written_bytes(segment);
        if position >= end {
            return Read::Empty;
        }
        Read::Scan(ReadPlan {
            segment: segment.base(),
            position,
            end,
            next: self.segments.get(at + 1).map(Segment::base),
        })
    }

    /// Bytes of a segment's file that hold written batches.
    pub fn written_bytes(&self, segment: &Segment) -> u32 {
        match segment.base().cmp(&self.written.segment) {
            std::cmp::Ordering::Less => segment.bytes(),
            std::cmp::Ordering::Equal => self.written.bytes,
            std::cmp::Ordering::Greater => 0,
        }
    }
}
