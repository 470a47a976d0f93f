//! Reading: from memory near the end of the log, else as a range of a segment file.

use super::Partition;
use super::fault::Fault;
use crate::io::{File, Part, limits};
use crate::log::{self, Aborted, Found, Read, ReadPlan};
use crate::model::{Offset, ProducerId, Watermarks};
use crate::shard::Unserved;

/// Bytes read at once while looking for a batch by its header; one index interval.
const SCAN_BYTES: usize = 8 * 1024;

/// Batch headers looked at for one answer before it is called a fault of the index.
const SCAN_STEPS_MAX: usize = 1 << 20;

/// How much of a partition a reader wants.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Soft: see `whole_first`.
    pub max_bytes: usize,
    /// Return the first batch even if it is larger than `max_bytes`.
    pub whole_first: bool,
    /// Stop at the last stable offset and name aborted transactions.
    pub committed_only: bool,
    /// Without it, only what memory holds is given.
    pub from_files: bool,
}

/// What a reader gets.
#[derive(Debug)]
pub struct PartitionRead {
    pub watermarks: Watermarks,
    /// Batches in order; the first may begin before the offset asked for, the last may be cut.
    pub parts: Vec<Part>,
    pub size: usize,
    /// Size of the first batch; 0 without one.
    pub first_batch: usize,
    /// Aborted transactions in reach, for `committed_only`.
    pub aborted: Option<Vec<(ProducerId, Offset)>>,
}

impl PartitionRead {
    /// Shortens the read to at most `max` bytes. A cut last batch is legal, a cut first one is
    /// not: then nothing is left.
    pub fn cut(&mut self, max: usize) {
        let max = if max < self.first_batch { 0 } else { max };
        let mut left = max;
        self.parts.retain_mut(|part| {
            let keep = part.len().min(left);
            left -= keep;
            part.truncate(keep);
            keep > 0
        });
        self.size = self.size.min(max);
    }
}

/// Why nothing can be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadRefusal {
    #[error(transparent)]
    Log(#[from] log::Refusal),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the record batch at byte {position} of segment {segment} is damaged")]
    Corrupt { segment: Offset, position: u64 },
    #[error("this shard does not host the partition")]
    NotHosted,
    #[error(transparent)]
    Epoch(#[from] crate::replica::Refusal),
}

/// A run of bytes in one segment file.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u64,
    end: u64,
    first_batch: usize,
}

impl Partition {
    /// Reads from `offset` up to the watermark that the reader may see.
    pub async fn read(
        &self,
        offset: Offset,
        limits: ReadLimits,
    ) -> Result<PartitionRead, ReadRefusal> {
        if let Some(fault) = self.fault() {
            return Err(fault.into());
        }
        let watermarks = self.watermarks();
        let upper = if limits.committed_only {
            watermarks.last_stable
        } else {
            watermarks.high
        };
        let mut read = PartitionRead {
            watermarks,
            parts: Vec::new(),
            size: 0,
            first_batch: 0,
            aborted: None,
        };
        if let Some((tail, first_batch)) = self.read_tail(offset, upper, limits)? {
            read.size = tail.iter().map(Part::len).sum();
            read.first_batch = first_batch;
            read.parts = tail;
        } else if limits.from_files
            && let Some((file, span)) = self
                .steadily(async || self.find_span(offset, upper, limits).await)
                .await?
        {
            read.size = (span.end - span.start) as usize;
            read.first_batch = span.first_batch;
            read.parts
                .push(Part::File(file.range(span.start, read.size)));
        }
        if limits.committed_only {
            read.aborted = Some(self.aborted(offset, upper).await?);
        }
        Ok(read)
    }

    /// Reads from files, and reads again when they changed places meanwhile.
    pub(super) async fn steadily<T>(
        &self,
        read: impl AsyncFn() -> Result<T, ReadRefusal>,
    ) -> Result<T, ReadRefusal> {
        loop {
            let layout = self.files.arrangement.settled().await;
            let outcome = read().await;
            if self.files.arrangement.is(layout) {
                return outcome;
            }
        }
    }

    /// `None`: the offset lies before what memory holds.
    fn read_tail(
        &self,
        offset: Offset,
        upper: Offset,
        limits: ReadLimits,
    ) -> Result<Option<(Vec<Part>, usize)>, ReadRefusal> {
        let state = self.state();
        if let Read::Empty = state.log.read(offset, upper)? {
            return Ok(Some((Vec::new(), 0)));
        }
        let read = state
            .tail
            .read(offset, upper, limits.max_bytes, limits.whole_first);
        Ok(read.map(|(slices, first)| (slices.into_iter().map(Part::Bytes).collect(), first)))
    }

    /// A run of the files from the batch that holds `offset` on. It ends where the tail begins:
    /// from there on memory serves better, and the files may not hold everything yet.
    async fn find_span(
        &self,
        offset: Offset,
        upper: Offset,
        limits: ReadLimits,
    ) -> Result<Option<(File, Span)>, ReadRefusal> {
        let tail = self.state().tail.begin().filter(|tail| tail.base <= upper);
        let upper = tail.map_or(upper, |tail| tail.base);
        let Some(plan) = self.plan(offset, upper).await? else {
            return Ok(None);
        };
        let Some((file, segment, found)) = self.seek(plan, offset).await? else {
            return Ok(None);
        };
        let written = self.written_bytes(segment);
        let end = match tail {
            Some(tail) if tail.segment == segment => tail.position,
            Some(_) => written,
            None => self.bound(segment, upper).await?.unwrap_or(written),
        };
        let end = end.min(written).max(found.end);
        // What the scrub found broken is never served.
        let (first, position) = (found.start..found.end, found.start);
        let corrupt = ReadRefusal::Corrupt { segment, position };
        let end = self.rot.bound(segment, &first, end).ok_or(corrupt)?;
        let want = found.start + limits.max_bytes as u64;
        let least = if limits.whole_first {
            found.end
        } else {
            found.start
        };
        let span = Span {
            start: found.start,
            end: end.min(want.max(least)),
            first_batch: (found.end - found.start) as usize,
        };
        Ok((span.end > span.start).then_some((file, span)))
    }

    fn written_bytes(&self, segment: Offset) -> u64 {
        let state = self.state();
        let bytes = state
            .log
            .segment(segment)
            .map(|s| state.log.written_bytes(s));
        bytes.unwrap_or(0).into()
    }

    /// The position where a reader that may not pass `upper` must stop in `segment`; `None` when
    /// that is not before the end of what is written there.
    async fn bound(&self, segment: Offset, upper: Offset) -> Result<Option<u64>, ReadRefusal> {
        let written_end = self.state().log.written_end();
        if upper >= written_end {
            return Ok(None);
        }
        let Some(plan) = self.plan(upper, written_end).await? else {
            return Ok(None);
        };
        if plan.segment != segment {
            return Ok(None);
        }
        Ok(self
            .seek(plan, upper)
            .await?
            .map(|(_, _, found)| found.start))
    }

    /// The log's plan for a read, with indexes loaded as it asks for them.
    pub(super) async fn plan(
        &self,
        offset: Offset,
        upper: Offset,
    ) -> Result<Option<ReadPlan>, ReadRefusal> {
        loop {
            let read = self.state().log.read(offset, upper)?;
            match read {
                Read::Empty => return Ok(None),
                Read::Scan(plan) => return Ok(Some(plan)),
                Read::NeedIndex(segment) => self.load_index(segment).await?,
            }
        }
    }

    /// Finds the first batch from `plan` on whose last offset is at or past `offset`, in this
    /// segment or, where compaction left a gap at its end, in the next.
    async fn seek(
        &self,
        mut plan: ReadPlan,
        offset: Offset,
    ) -> Result<Option<(File, Offset, Batch)>, ReadRefusal> {
        loop {
            let file = self.open(plan.segment).await?;
            let (start, end) = (plan.position.into(), plan.end.into());
            let found = self.scan(&file, plan.segment, (start, end), |run| {
                log::find(run, offset)
            });
            if let Some(batch) = found.await? {
                return Ok(Some((file, plan.segment, batch)));
            }
            let Some(next) = plan.next else {
                return Ok(None);
            };
            let end = self.written_bytes(next) as u32;
            plan = ReadPlan {
                segment: next,
                position: 0,
                end,
                next: self.segment_after(next),
            };
        }
    }

    pub(super) fn segment_after(&self, segment: Offset) -> Option<Offset> {
        self.state()
            .log
            .segments()
            .map(log::Segment::base)
            .find(|base| *base > segment)
    }

    pub(super) async fn open(&self, segment: Offset) -> Result<File, Fault> {
        let mut opened = self.files.readable(segment).await;
        if let Err(error) = &opened
            && limits::is_out_of_descriptors(error)
        {
            self.files.close_others();
            opened = self.files.readable(segment).await;
        }
        opened.map_err(|error| Fault::read(segment, &error))
    }

    /// Reads headers from `start` until `wanted` finds a batch or `end` is reached.
    pub(super) async fn scan(
        &self,
        file: &File,
        segment: Offset,
        (mut start, end): (u64, u64),
        wanted: impl Fn(&[u8]) -> Result<Found, crate::records::Malformed>,
    ) -> Result<Option<Batch>, Fault> {
        let broken = |why: String| Fault::Read { segment, why };
        for _ in 0..SCAN_STEPS_MAX {
            if start >= end {
                return Ok(None);
            }
            let len = SCAN_BYTES.min((end - start) as usize);
            let bytes = match file.read_warm(start, len) {
                Some(bytes) => bytes,
                None => {
                    let read = file.read_at(start, len).await;
                    read.map_err(|error| Fault::read(segment, &error))?
                }
            };
            match wanted(&bytes).map_err(|why| broken(why.to_string()))? {
                Found::At(at) => {
                    let size = crate::records::Header::parse(&bytes[at..])
                        .map_err(|why| broken(why.to_string()))?
                        .size();
                    let start = start + at as u64;
                    return Ok(Some(Batch {
                        start,
                        end: start + size as u64,
                    }));
                }
                Found::Beyond(0) => return Err(broken("a batch is cut at its end".into())),
                Found::Beyond(past) => start += past,
            }
        }
        Err(broken("its index points far from the batch".into()))
    }

    async fn aborted(
        &self,
        from: Offset,
        upper: Offset,
    ) -> Result<Vec<(ProducerId, Offset)>, Fault> {
        loop {
            let aborted = self.state().log.aborted(from, upper);
            match aborted {
                Aborted::List(list) => return Ok(list),
                Aborted::NeedIndex(segment) => self.load_index(segment).await?,
            }
        }
    }
}

/// Where a batch lies in its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub start: u64,
    pub end: u64,
}

impl From<Unserved> for ReadRefusal {
    fn from(unserved: Unserved) -> ReadRefusal {
        match unserved {
            Unserved::NotHosted => ReadRefusal::NotHosted,
            Unserved::Offline(fault) => ReadRefusal::Fault(fault),
        }
    }
}
