use super::{Log, Refusal, Rolled, Segment};
use crate::model::{Offset, Timestamp};

/// What retention or DeleteRecords took away. The shell does, in this order: what `rolled` asks;
/// the log-start checkpoint; then it renames the files of `deleted`, snapshots included, with
/// the suffix `.deleted`, and removes them after `file.delete.delay.ms`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trimmed {
    pub log_start: Offset,
    /// Base offsets of segments that are gone from the log.
    pub deleted: Vec<Offset>,
    /// The active segment was old enough to go: it closed, and is among `deleted`.
    pub rolled: Option<Box<Rolled>>,
    /// The leader-epoch checkpoint changed.
    pub new_epochs: bool,
}

/// The answer of retention.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Retained {
    /// Nothing is old or large enough.
    All,
    Trimmed(Trimmed),
    /// How old this segment is stands in its time index: load it, ask again.
    NeedIndex(Offset),
}

impl Log {
    /// Removes what `retention.ms`, `retention.bytes` and the log start allow, oldest first.
    /// Nothing at or past the high watermark goes (`UnifiedLog.deleteOldSegments`).
    pub fn retain(&mut self, high: Offset, now: Timestamp) -> Retained {
        let mut surplus = self.surplus_bytes();
        let mut count = 0;
        let closed = self.segments.len() - 1;
        for (at, segment) in self.segments.iter().enumerate() {
            if segment.bytes() == 0 || segment.end() > high {
                break;
            }
            let bytes = u64::from(segment.bytes());
            let passed = at < closed && segment.end() <= self.log_start;
            let goes = if passed || surplus >= bytes {
                true
            } else {
                match self.is_expired(segment, now) {
                    Some(expired) => expired,
                    None => return Retained::NeedIndex(segment.base()),
                }
            };
            if !goes {
                break;
            }
            surplus = surplus.saturating_sub(bytes);
            count += 1;
        }
        match count {
            0 => Retained::All,
            _ => Retained::Trimmed(self.drop_oldest(count, now)),
        }
    }

    /// DeleteRecords: the log now starts at `to`, and whole segments below it go. Refuses an
    /// offset past the high watermark. An offset below the log start changes nothing.
    pub fn delete_records(
        &mut self,
        to: Offset,
        high: Offset,
        now: Timestamp,
    ) -> Result<Trimmed, Refusal> {
        if to > high || to < Offset::ZERO {
            return Err(Refusal::OffsetOutOfRange {
                asked: to,
                start: self.log_start,
                end: high,
            });
        }
        let moved = to > self.log_start;
        if moved {
            self.log_start = to;
        }
        let new_epochs = moved && self.epochs.truncate_start(to);
        let below = |segment: &&Segment| segment.bytes() > 0 && segment.end() <= to;
        // The active segment stays, as in Kafka: only retention may roll it in order to delete it.
        let closed = self.segments.len() - 1;
        let count = self.segments.iter().take(closed).take_while(below).count();
        let mut trimmed = self.drop_oldest(count, now);
        trimmed.new_epochs |= new_epochs;
        Ok(trimmed)
    }

    /// Bytes by which the log exceeds `retention.bytes`.
    fn surplus_bytes(&self) -> u64 {
        match u64::try_from(self.policy.retention_bytes) {
            Ok(limit) if self.policy.delete => self.size().saturating_sub(limit),
            _ => 0,
        }
    }

    /// Whether a segment's largest timestamp is older than `retention.ms`; `None` when it is not
    /// known. Without timestamps its age counts from when this process first saw it.
    fn is_expired(&self, segment: &Segment, now: Timestamp) -> Option<bool> {
        if !self.policy.delete || self.policy.retention_ms < 0 {
            return Some(false);
        }
        let newest = match segment.largest()?.timestamp {
            timestamp if timestamp >= Timestamp(0) => timestamp,
            _ => segment.since(),
        };
        Some(now.0.saturating_sub(newest.0) > self.policy.retention_ms)
    }

    fn drop_oldest(&mut self, count: usize, now: Timestamp) -> Trimmed {
        let all = count == self.segments.len();
        let rolled = if all { self.roll(now) } else { None };
        let deleted: Vec<Offset> = self.segments.drain(..count).map(|s| s.base()).collect();
        let oldest = self.segments.front().map_or(self.log_start, Segment::base);
        let before = self.log_start;
        self.log_start = before.max(oldest);
        if self.written.segment < oldest {
            self.written.segment = oldest;
            self.written.bytes = 0;
        }
        let moved = self.log_start > before;
        Trimmed {
            log_start: self.log_start,
            deleted,
            rolled,
            new_epochs: moved && self.epochs.truncate_start(self.log_start),
        }
    }
}
