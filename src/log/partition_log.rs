use std::collections::VecDeque;

use super::{Epochs, Indexes, Policy, Producers, Segment};
use crate::model::{LeaderEpoch, Offset, ProducerId, Sequence, Timestamp, Watermarks};

/// One partition's log: its segments, indexes, producers and leader epochs, and how far it is
/// ordered, written and synced. Holds no bytes of batches.
///
/// Always `log_start <= durable_end <= written_end <= staged_end`, but for a log start that was
/// set past the end of an emptied log; the segments are in order and the last one, the *active*
/// segment, is the one that grows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    pub(super) policy: Policy,
    /// By base offset; never empty.
    pub(super) segments: VecDeque<Segment>,
    pub(super) log_start: Offset,
    pub(super) written: Written,
    pub(super) durable_end: Offset,
    /// Ends of batches that are ordered and not yet written; limited by what the shell stages.
    pub(super) in_flight: VecDeque<Written>,
    pub(super) producers: Producers,
    pub(super) epochs: Epochs,
}

/// How far the files hold what the log ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Written {
    pub end: Offset,
    /// Base of the segment in which the last batch lies.
    pub segment: Offset,
    /// Bytes of that segment's file.
    pub bytes: u32,
}

/// Entries that the idle queue of in-flight batches may keep as spare memory.
const IN_FLIGHT_SPARE: usize = 8;

impl Log {
    /// A new and empty log whose first record will have the offset `start`; its one segment is
    /// named after it.
    pub fn new(policy: Policy, start: Offset, now: Timestamp) -> Log {
        Log {
            policy,
            segments: VecDeque::from([Segment::new(start, now)]),
            log_start: start,
            written: Written {
                end: start,
                segment: start,
                bytes: 0,
            },
            durable_end: start,
            in_flight: VecDeque::new(),
            producers: Producers::default(),
            epochs: Epochs::default(),
        }
    }

    /// First readable offset.
    pub fn log_start(&self) -> Offset {
        self.log_start
    }

    /// One past the last offset given out: the log end offset of Kafka.
    pub fn staged_end(&self) -> Offset {
        self.active().end()
    }

    /// One past the last offset that the segment files hold.
    pub fn written_end(&self) -> Offset {
        self.written.end
    }

    /// One past the last offset that is synced: the recovery point.
    pub fn durable_end(&self) -> Offset {
        self.durable_end
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    pub fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    /// Oldest first; the last is the active one.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> + ExactSizeIterator {
        self.segments.iter()
    }

    pub fn active(&self) -> &Segment {
        self.segments.back().expect("a log has an active segment")
    }

    /// The segment whose file is named after `base`.
    pub fn segment(&self, base: Offset) -> Option<&Segment> {
        let at = self
            .segments
            .binary_search_by_key(&base, Segment::base)
            .ok()?;
        self.segments.get(at)
    }

    /// Bytes of all segments.
    pub fn size(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| u64::from(segment.bytes()))
            .sum()
    }

    /// Whether the active segment has come within an eighth of its size or age: time to have the
    /// next file ready.
    pub fn nears_roll(&self, now: Timestamp) -> bool {
        self.active().nears_roll(&self.policy, now)
    }

    /// End of what a `read_committed` consumer may see, given the high watermark.
    pub fn last_stable(&self, high: Offset) -> Offset {
        self.producers.last_stable(high)
    }

    /// All three bounds of reading.
    pub fn watermarks(&self, high: Offset) -> Watermarks {
        Watermarks {
            log_start: self.log_start,
            last_stable: self.last_stable(high),
            high,
        }
    }

    /// New settings hold from the next call on.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// This node leads the partition under `epoch` from the log end on. Says whether the
    /// leader-epoch checkpoint is to be written.
    pub fn assign_epoch(&mut self, epoch: LeaderEpoch) -> bool {
        self.epochs.assign(epoch, self.staged_end())
    }

    /// The files hold everything below `end`, which is the end of an appended batch; consumers
    /// and followers may read it from there.
    pub fn on_written(&mut self, end: Offset) {
        assert!(
            self.written.end <= end && end <= self.staged_end(),
            "written to {end}, between {} and {}",
            self.written.end,
            self.staged_end()
        );
        while let Some(next) = self.in_flight.pop_front_if(|next| next.end <= end) {
            self.written = next;
        }
        if self.in_flight.is_empty() && self.in_flight.capacity() > IN_FLIGHT_SPARE {
            self.in_flight = VecDeque::new();
        }
    }

    /// Gives back the memory that growing reserved; the answers stay as they were.
    pub fn shrink(&mut self) {
        self.in_flight.shrink_to_fit();
        self.segments.shrink_to_fit();
        self.active_mut().shrink();
    }

    /// Everything below `end` is written and synced.
    pub fn on_durable(&mut self, end: Offset) {
        assert!(
            self.durable_end <= end,
            "durable to {end} after {}",
            self.durable_end
        );
        if end > self.written.end {
            self.on_written(end);
        }
        self.durable_end = end;
    }

    /// The high watermark moved: transactions whose markers lie below it are settled.
    pub fn on_committed(&mut self, high: Offset) {
        self.producers.on_committed(high);
    }

    /// Forgets producers that have been silent for `producer.id.expiration.ms`.
    pub fn expire_producers(&mut self, now: Timestamp) {
        self.producers
            .expire(now, self.policy.producer_expiration_ms);
    }

    /// A batch of a client was refused before it was offered, for a reason that passes.
    pub fn on_refused(&mut self, producer: ProducerId, base: Sequence) {
        self.producers.on_refused(producer, base);
    }

    /// Forgets so many of the producers that wrote longest ago, for want of memory.
    pub fn forget_producers(&mut self, count: usize) {
        self.producers.forget_oldest(count);
    }

    /// Gives the memory of a closed segment's indexes back. Their bytes must be in the files.
    pub fn drop_index(&mut self, base: Offset) {
        assert!(
            base != self.active().base(),
            "the active segment needs its index"
        );
        if let Some(segment) = self.segment_mut(base) {
            segment.set_indexes(None);
        }
    }

    /// Hands indexes back, as [`Indexes::parse`] read them from the files of a closed segment.
    /// Nothing happens if retention has removed it meanwhile. Gives the bytes that are in memory
    /// now and were not before.
    pub fn load_index(&mut self, base: Offset, indexes: Indexes) -> usize {
        let segment = self.segment_mut(base);
        let Some(segment) = segment.filter(|segment| segment.indexes().is_none()) else {
            return 0;
        };
        let bytes = indexes.memory();
        segment.set_indexes(Some(indexes));
        bytes
    }

    /// The final time index entry of the active segment, before a clean stop writes its indexes
    /// (`LogSegment.close`).
    pub fn seal_active(&mut self) {
        self.active_mut().seal();
    }

    /// Everything that is known is in the files: after recovery.
    pub(super) fn settle(&mut self) {
        let active = self.active();
        let written = Written {
            end: active.end(),
            segment: active.base(),
            bytes: active.bytes(),
        };
        self.written = written;
        self.durable_end = written.end;
        self.in_flight = VecDeque::new();
    }

    pub(super) fn active_mut(&mut self) -> &mut Segment {
        self.segments
            .back_mut()
            .expect("a log has an active segment")
    }

    fn segment_mut(&mut self, base: Offset) -> Option<&mut Segment> {
        let at = self
            .segments
            .binary_search_by_key(&base, Segment::base)
            .ok()?;
        self.segments.get_mut(at)
    }
}
