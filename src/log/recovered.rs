use super::scan::BatchFault;
use super::zero_tail::Why;
use super::{Epochs, Log};
use crate::model::{Offset, Timestamp};

/// What the shell lists of a partition's directory and of the checkpoints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inventory {
    /// The `.log` files, in any order.
    pub segments: Vec<SegmentFile>,
    /// Offsets of the `.snapshot` files, in any order.
    pub snapshots: Vec<Offset>,
    /// The leader-epoch checkpoint; empty when it is missing or broken.
    pub epochs: Epochs,
    /// Of the log-start checkpoint; zero when it has no entry.
    pub log_start: Offset,
    /// How far the files can be believed.
    pub trust: Trust,
    /// Everything below was synced, as somebody knows who outlived the crash: a log that ends
    /// before it was not torn but damaged.
    pub durable: Offset,
}

/// One `.log` file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentFile {
    pub base: Offset,
    /// Length of the file, reserved zeros included.
    pub bytes: u64,
    /// Both index files are there.
    pub indexed: bool,
    /// Last change of the file: its age where no batch has a timestamp.
    pub modified: Timestamp,
}

/// How far segment files can be believed without reading them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// The last stop was clean: all of them.
    All,
    /// It was not: segments that end at or below the checkpointed recovery point. It must be the
    /// point of this very log: forget it when a partition is deleted, lower it before a log is
    /// cut, or the new log looks as if it had lost data.
    Below(Offset),
}

impl Inventory {
    /// Whether the segment at this index need not be checked.
    pub(super) fn is_trusted(&self, at: usize) -> bool {
        match self.trust {
            Trust::All => true,
            Trust::Below(point) => {
                let next = self.segments.get(at + 1);
                next.is_some_and(|next| next.base <= point)
            }
        }
    }

    /// Whether a closed segment can do without being read; the active one is read anyway.
    pub(super) fn is_indexed(&self, at: usize) -> bool {
        self.is_active(at) || self.segments.get(at).is_some_and(|file| file.indexed)
    }

    pub(super) fn is_active(&self, at: usize) -> bool {
        at + 1 == self.segments.len()
    }

    /// The last offset at which a snapshot is of use: the begin of the first segment that must be
    /// read whole, for its batches are replayed. After a clean stop a snapshot stands at the end.
    pub(super) fn snapshot_limit(&self) -> Offset {
        let unbelieved = |at: &usize| !self.is_trusted(*at) || !self.is_indexed(*at);
        let first = (0..self.segments.len()).find(unbelieved);
        first.map_or(Offset(i64::MAX), |at| self.segments[at].base)
    }
}

/// What the shell does next for a recovery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Read `<offset>.snapshot` and call `on_snapshot`, with `None` if that fails.
    ReadSnapshot(Offset),
    /// Read the index files of this segment and call `on_indexes`, with `None` if that fails.
    ReadIndexes(Offset),
    /// Read the first 61 bytes of this segment and call `on_head`.
    ReadHead(Offset),
    /// Read this segment's file from a byte position to its end, or until `feed` has enough;
    /// slices of any size, in order. Then call `on_end`.
    Scan { segment: Offset, position: u64 },
    /// Call `finish`.
    Finish,
}

/// A log as it was found, and what is to be done about its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// All its ends are equal. Sync what `report` changes, and the scanned files, before use.
    pub log: Log,
    pub report: Report,
}

/// What recovery found. The shell does, in this order: if [`Report::loses_synced`], leave the
/// partition offline and change nothing; else truncate and sync `cuts`, remove `discarded` and
/// `stale_snapshots`, and write the index files of `reindexed`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Files to truncate to `position`. The last one is where the log now ends, if more than
    /// reserved zeros came after.
    pub cuts: Vec<Damage>,
    /// Segments after a cut.
    pub discarded: Vec<Offset>,
    /// Damage in segments that were believed to be whole: rot. Nothing was cut; reading there
    /// will fail.
    pub rotten: Vec<Damage>,
    /// Closed segments whose index files are to be written again, from memory.
    pub reindexed: Vec<Offset>,
    /// Snapshots that are broken or past the end of the log.
    pub stale_snapshots: Vec<Offset>,
    /// Bytes of segments that were read.
    pub scanned_bytes: u64,
}

/// Where and how the valid part of a segment ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damage {
    pub segment: Offset,
    /// Bytes of the file that are valid.
    pub position: u32,
    /// Bytes after them.
    pub bytes: u64,
    /// The first offset that is not there.
    pub offset: Offset,
    pub why: Why,
    pub fault: BatchFault,
    /// More was synced, as `durable` or the recovery point says: not a torn write but lost data.
    pub synced: bool,
}

impl Report {
    /// Whether data that was once synced cannot be read any more.
    pub fn loses_synced(&self) -> bool {
        self.cuts.iter().any(|cut| cut.synced) || !self.rotten.is_empty()
    }
}
