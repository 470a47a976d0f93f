use crate::log::{Compaction, Log, Segment};
use crate::model::{Offset, Timestamp};

/// What the shell knows of how far a log may be cleaned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Up to where the last pass came (`cleaner-offset-checkpoint`); `None`: there was none.
    pub cleaned: Option<Offset>,
    pub high: Offset,
    /// Everything below lies in closed, complete, synced files.
    pub complete: Offset,
}

/// The part of a log that a pass may clean (`LogToClean`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cleanable {
    /// First offset that was not cleaned before.
    pub from: Offset,
    /// Base of the first segment that must not be touched.
    pub to: Offset,
    /// Bytes of the segments below `from`.
    pub clean_bytes: u64,
    /// Bytes of the segments between.
    pub dirty_bytes: u64,
    /// A record between is older than `max.compaction.lag.ms`.
    pub is_overdue: bool,
}

/// The answer to what may be cleaned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Candidate {
    Part(Cleanable),
    /// How new this segment is stands in its time index: load it, ask again.
    NeedIndex(Offset),
    /// How old this segment is stands in its first batch: [`Log::note_first`], ask again.
    NeedHead(Offset),
}

impl Cleanable {
    /// Share of the bytes that were not cleaned yet, 0 to 1.
    pub fn dirty_ratio(&self) -> f64 {
        let total = self.clean_bytes + self.dirty_bytes;
        if total == 0 {
            return 0.0;
        }
        self.dirty_bytes as f64 / total as f64
    }

    /// Whether a pass is due (`LogCleanerManager.grabFilthiestCompactedLog`).
    pub fn is_due(&self, policy: &Compaction) -> bool {
        let overdue = self.is_overdue && self.dirty_bytes > 0;
        overdue || self.dirty_ratio() > policy.dirty_ratio_min()
    }
}

impl Log {
    /// What may be cleaned now (`LogCleanerManager.cleanableOffsets`): neither the active segment
    /// nor what is younger than `min.compaction.lag.ms`, past the last stable offset, or not
    /// complete in its files.
    pub fn cleanable(&self, bounds: Bounds, now: Timestamp) -> Candidate {
        let from = self.first_dirty(bounds.cleaned);
        let policy = &self.policy.compaction;
        let closed = self.segments.len() - 1;
        let limit = self
            .last_stable(bounds.high)
            .min(bounds.complete)
            .min(self.written.segment);
        let (mut clean_bytes, mut dirty_bytes, mut is_overdue) = (0, 0, false);
        let mut to = self.active().base();
        for segment in self.segments.iter().take(closed) {
            let is_dirty = segment.end() > from;
            if segment.end() > limit {
                to = segment.base();
                break;
            }
            if is_dirty && policy.lag_ms_min > 0 {
                match segment.largest() {
                    None => return Candidate::NeedIndex(segment.base()),
                    Some(largest)
                        if largest.timestamp.0 > now.0.saturating_sub(policy.lag_ms_min) =>
                    {
                        to = segment.base();
                        break;
                    }
                    Some(_) => {}
                }
            }
            if is_dirty && policy.has_lag_max() {
                match segment.first_timestamp() {
                    None => return Candidate::NeedHead(segment.base()),
                    Some(first) => is_overdue |= is_older(first, now, policy.lag_ms_max),
                }
            }
            let bytes = u64::from(segment.bytes());
            *(if is_dirty {
                &mut dirty_bytes
            } else {
                &mut clean_bytes
            }) += bytes;
        }
        Candidate::Part(Cleanable {
            from,
            to: to.max(from),
            clean_bytes,
            dirty_bytes,
            is_overdue,
        })
    }

    /// The first batch of a closed segment has this max timestamp.
    pub fn note_first(&mut self, base: Offset, timestamp: Timestamp) {
        if let Some(segment) = self.segments.iter_mut().find(|s| s.base() == base) {
            segment.set_first_timestamp(timestamp);
        }
    }

    /// A checkpoint that lies outside the log was made of another: all of it counts as dirty.
    fn first_dirty(&self, cleaned: Option<Offset>) -> Offset {
        let known = cleaned.filter(|at| *at >= self.log_start && *at <= self.staged_end());
        known.unwrap_or(self.log_start)
    }

    /// Closed segments with offsets in `from..to`, oldest first.
    pub fn dirty_segments(&self, part: &Cleanable) -> Vec<Offset> {
        let within = |s: &&Segment| s.end() > part.from && s.base() < part.to;
        self.segments
            .iter()
            .filter(within)
            .map(Segment::base)
            .collect()
    }
}

fn is_older(first: Timestamp, now: Timestamp, lag_ms: i64) -> bool {
    first > Timestamp(0) && first.0 < now.0.saturating_sub(lag_ms)
}
