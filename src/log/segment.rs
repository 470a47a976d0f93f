use super::batch::Batch;
use super::{AbortedTxn, OffsetIndex, Policy, SegmentFile, TimeIndex, TxnIndex};
use crate::model::{Offset, Timestamp};

/// One segment of a log: a file of batches, named after the offset where it begins, and what is
/// known about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    base: Offset,
    /// One past the last offset; `base` while it is empty.
    end: Offset,
    /// Bytes of batches, staged ones included.
    bytes: u32,
    /// Largest timestamp and the last offset of the batch that holds it. `None` when not known:
    /// a closed segment after a start, until its index is loaded.
    largest: Option<Largest>,
    /// Max timestamp of the first batch; `None` while there is none, and for a closed segment
    /// after a start. Rolling by time counts from it.
    first_timestamp: Option<Timestamp>,
    /// When this process began the segment or found it, for batches without timestamps.
    since: Timestamp,
    /// `None` when dropped, or not loaded yet.
    indexes: Option<Indexes>,
}

/// The largest timestamp of a segment, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Largest {
    /// -1 when no batch has one.
    pub timestamp: Timestamp,
    /// Last offset of the batch.
    pub offset: Offset,
}

/// The three indexes of a segment; loaded and dropped together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Indexes {
    pub offsets: OffsetIndex,
    pub times: TimeIndex,
    pub aborted: TxnIndex,
}

impl Indexes {
    /// Reads the three index files of a segment of `segment_bytes`. `None` when one is damaged:
    /// then they are rebuilt from the segment itself. `aborted` is empty when there is no file.
    pub fn parse(files: [&[u8]; 3], segment_bytes: u32) -> Option<Indexes> {
        let [offsets, times, aborted] = files;
        Some(Indexes {
            offsets: OffsetIndex::parse(offsets, segment_bytes)?,
            times: TimeIndex::parse(times)?,
            aborted: TxnIndex::parse(aborted)?,
        })
    }

    /// Bytes that they take in memory, about.
    pub fn memory(&self) -> usize {
        size_of::<Indexes>()
            + self.offsets.as_bytes().len()
            + self.times.as_bytes().len()
            + self.aborted.memory()
    }
}

impl Segment {
    pub(super) fn new(base: Offset, now: Timestamp) -> Segment {
        Segment {
            base,
            end: base,
            bytes: 0,
            largest: Some(Largest {
                timestamp: Timestamp::NONE,
                offset: base,
            }),
            first_timestamp: None,
            since: now,
            indexes: Some(Indexes::default()),
        }
    }

    /// A closed segment that is believed as it lies there; its indexes are read when needed.
    pub(super) fn closed(file: &SegmentFile, end: Offset) -> Segment {
        let mut segment = Segment::new(file.base, file.modified);
        segment.believe(end, file);
        segment.largest = None;
        segment.indexes = None;
        segment
    }

    /// Takes end and size from outside instead of from batches that were pushed.
    pub(super) fn believe(&mut self, end: Offset, file: &SegmentFile) {
        self.end = end;
        self.bytes = u32::try_from(file.bytes).unwrap_or(u32::MAX);
    }

    /// The part of a segment that its indexes vouch for, up to the last batch that has an entry:
    /// the batches from there on are pushed again. `first_timestamp` is that of the first batch.
    pub(super) fn indexed(
        base: Offset,
        indexes: Indexes,
        first_timestamp: Timestamp,
        now: Timestamp,
    ) -> Segment {
        let mut segment = Segment::new(base, now);
        let entries = indexes.offsets.entries();
        if let Some((_, position)) = indexes.offsets.last() {
            segment.bytes = position;
            segment.first_timestamp = Some(first_timestamp);
        }
        if let Some(before) = entries.checked_sub(2) {
            segment.end = base.plus(i64::from(indexes.offsets.entry(before).0) + 1);
        }
        segment.largest = Some(segment.last_timed(&indexes));
        segment.indexes = Some(indexes);
        segment
    }

    /// The offset in its file names.
    pub fn base(&self) -> Offset {
        self.base
    }

    /// One past its last offset.
    pub fn end(&self) -> Offset {
        self.end
    }

    /// The last offset; `None` while it is empty.
    pub fn last_offset(&self) -> Option<Offset> {
        (self.end > self.base).then(|| self.end.plus(-1))
    }

    /// Bytes of its batches: the exact length of its file once all is written and trimmed.
    pub fn bytes(&self) -> u32 {
        self.bytes
    }

    /// `None` when not known yet: hand the indexes back first.
    pub fn largest(&self) -> Option<Largest> {
        self.largest
    }

    pub(super) fn first_timestamp(&self) -> Option<Timestamp> {
        self.first_timestamp
    }

    pub(super) fn set_first_timestamp(&mut self, timestamp: Timestamp) {
        self.first_timestamp = Some(timestamp);
    }

    /// The segment stands for the offsets up to `end`, although its last batch ends before.
    pub(super) fn extend_to(&mut self, end: Offset) {
        self.end = self.end.max(end);
    }

    /// When this process began the segment or found it.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// `None` while they are not in memory.
    pub fn indexes(&self) -> Option<&Indexes> {
        self.indexes.as_ref()
    }

    pub(super) fn take_indexes(&mut self) -> Option<Indexes> {
        self.indexes.take()
    }

    pub(super) fn set_indexes(&mut self, indexes: Option<Indexes>) {
        if let (None, Some(indexes)) = (self.largest, &indexes) {
            self.largest = Some(self.last_timed(indexes));
        }
        self.indexes = indexes;
    }

    /// What the time index's last entry says; a closed segment's is its largest.
    fn last_timed(&self, indexes: &Indexes) -> Largest {
        let (timestamp, relative) = indexes.times.last().unwrap_or((Timestamp::NONE, 0));
        Largest {
            timestamp,
            offset: self.base.plus(relative.into()),
        }
    }

    /// Whether this segment must close before `batch`, which begins at `base`, comes
    /// (`LogSegment.shouldRoll`). An empty segment closes only for want of 31-bit offsets.
    pub(super) fn must_roll(
        &self,
        batch: &Batch,
        base: Offset,
        policy: &Policy,
        now: Timestamp,
    ) -> bool {
        let last_relative = base.plus(batch.last_offset_delta.into()).minus(self.base);
        if last_relative > i32::MAX.into() {
            return true;
        }
        let indexes = self.indexes.as_ref();
        let index_full = indexes.is_some_and(|indexes| {
            indexes.offsets.is_full(policy.index_bytes) || indexes.times.is_full(policy.index_bytes)
        });
        let too_large =
            u64::from(self.bytes) + u64::from(batch.bytes) > policy.segment_bytes.into();
        let too_old = self.age_ms(batch.max_timestamp, now) > policy.segment_ms;
        self.bytes > 0 && (too_large || too_old || index_full)
    }

    /// Whether seven eighths of the size or age at which it rolls are reached.
    pub(super) fn nears_roll(&self, policy: &Policy, now: Timestamp) -> bool {
        let newest = self.largest.map_or(now, |largest| largest.timestamp);
        let early_ms = policy.segment_ms - policy.segment_ms / 8;
        let early_bytes = policy.segment_bytes - policy.segment_bytes / 8;
        self.bytes >= early_bytes || (self.bytes > 0 && self.age_ms(newest, now) > early_ms)
    }

    /// Milliseconds from the first batch to a batch with `timestamp`; without timestamps, since
    /// the segment began.
    fn age_ms(&self, timestamp: Timestamp, now: Timestamp) -> i64 {
        match self.first_timestamp {
            Some(first) if first >= Timestamp(0) => timestamp.0.saturating_sub(first.0),
            _ => now.0.saturating_sub(self.since.0),
        }
    }

    /// Adds a batch at `base` and gives its byte position. The indexes get their entries by
    /// Kafka's rule, which looks at the bytes since the last entry, before this batch.
    pub(super) fn push(&mut self, batch: &Batch, base: Offset, interval_bytes: u32) -> u32 {
        let position = self.bytes;
        let last = base.plus(batch.last_offset_delta.into());
        let relative = self.relative(last);
        assert!(
            base >= self.end,
            "a batch at {base} in a segment that ends at {}",
            self.end
        );
        if position == 0 {
            self.first_timestamp = Some(batch.max_timestamp);
        }
        let largest = self.largest.get_or_insert(Largest {
            timestamp: Timestamp::NONE,
            offset: self.base,
        });
        if batch.max_timestamp > largest.timestamp {
            *largest = Largest {
                timestamp: batch.max_timestamp,
                offset: last,
            };
        }
        let largest = *largest;
        let largest_relative = self.relative(largest.offset);
        let indexes = self.indexes.get_or_insert_default();
        let indexed = indexes.offsets.last().map_or(0, |entry| entry.1);
        if position - indexed > interval_bytes {
            indexes.offsets.push(relative, position);
            indexes
                .times
                .maybe_push(largest.timestamp, largest_relative);
        }
        self.end = last.next();
        self.bytes = position
            .checked_add(batch.bytes)
            .expect("a segment is smaller than 4 GiB");
        position
    }

    /// The marker of an aborted transaction lies in this segment.
    pub(super) fn push_aborted(&mut self, entry: AbortedTxn) {
        self.indexes.get_or_insert_default().aborted.push(entry);
    }

    /// The final time index entry, when the segment closes or the log stops.
    pub(super) fn seal(&mut self) {
        let Some(largest) = self.largest else {
            return;
        };
        let relative = self.relative(largest.offset);
        if let Some(indexes) = &mut self.indexes {
            indexes.times.maybe_push(largest.timestamp, relative);
        }
    }

    /// Gives back the memory that growing reserved.
    pub(super) fn shrink(&mut self) {
        if let Some(indexes) = &mut self.indexes {
            indexes.offsets.shrink();
            indexes.times.shrink();
            indexes.aborted.shrink();
        }
    }

    pub(super) fn relative(&self, offset: Offset) -> u32 {
        let relative = offset.minus(self.base).clamp(0, i32::MAX.into());
        u32::try_from(relative).unwrap_or_default()
    }
}
