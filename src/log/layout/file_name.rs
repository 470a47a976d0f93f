use std::fmt;

use crate::model::{LeaderEpoch, Offset};

/// What a file of a partition directory holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileKind {
    Log,
    OffsetIndex,
    TimeIndex,
    TxnIndex,
    /// Producers before the offset in the name.
    Snapshot,
}

/// What becomes of a file: rename first, remove or replace later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileSuffix {
    /// Waits for `file.delete.delay.ms`.
    Deleted,
    /// Half-written by compaction: remove at start.
    Cleaned,
    /// Written by compaction, not yet in place: finish at start.
    Swap,
}

/// `00000000000000000042.index.deleted`: kind, offset and suffix of a file (`LogFileUtils`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogFileName {
    pub base: Offset,
    pub kind: FileKind,
    pub suffix: Option<FileSuffix>,
}

/// `00000000000000000675-0000000003.checkpoint`: a snapshot of the metadata log, after all
/// records below its end offset, the last of which has its epoch (`Snapshots.java`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SnapshotName {
    pub end: Offset,
    pub epoch: LeaderEpoch,
}

const OFFSET_DIGITS: usize = 20;
const EPOCH_DIGITS: usize = 10;

const KINDS: [(FileKind, &str); 5] = [
    (FileKind::Log, ".log"),
    (FileKind::OffsetIndex, ".index"),
    (FileKind::TimeIndex, ".timeindex"),
    (FileKind::TxnIndex, ".txnindex"),
    (FileKind::Snapshot, ".snapshot"),
];

const SUFFIXES: [(FileSuffix, &str); 3] = [
    (FileSuffix::Deleted, ".deleted"),
    (FileSuffix::Cleaned, ".cleaned"),
    (FileSuffix::Swap, ".swap"),
];

impl FileKind {
    pub const ALL: [FileKind; 5] = [
        FileKind::Log,
        FileKind::OffsetIndex,
        FileKind::TimeIndex,
        FileKind::TxnIndex,
        FileKind::Snapshot,
    ];

    /// The name of this kind of file for a segment that begins at `base`.
    pub fn at(self, base: Offset) -> LogFileName {
        LogFileName {
            base,
            kind: self,
            suffix: None,
        }
    }

    fn extension(self) -> &'static str {
        KINDS
            .iter()
            .find(|kind| kind.0 == self)
            .map_or("", |kind| kind.1)
    }
}

impl LogFileName {
    /// `None` for every other file.
    pub fn parse(name: &str) -> Option<LogFileName> {
        let (base, rest) = digits(name, OFFSET_DIGITS)?;
        let (kind, suffix) = KINDS
            .iter()
            .find_map(|(kind, extension)| Some((*kind, rest.strip_prefix(extension)?)))?;
        let suffix = match suffix {
            "" => None,
            other => Some(SUFFIXES.iter().find(|suffix| suffix.1 == other)?.0),
        };
        Some(LogFileName {
            base: Offset(base),
            kind,
            suffix,
        })
    }

    /// The name under which the file waits for its removal.
    pub fn deleted(self) -> LogFileName {
        self.with(FileSuffix::Deleted)
    }

    /// The same file under the name that tells what becomes of it.
    pub fn with(self, suffix: FileSuffix) -> LogFileName {
        LogFileName {
            suffix: Some(suffix),
            ..self
        }
    }
}

impl fmt::Display for LogFileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}{}", self.base.0, self.kind.extension())?;
        let suffix = SUFFIXES.iter().find(|suffix| Some(suffix.0) == self.suffix);
        f.write_str(suffix.map_or("", |suffix| suffix.1))
    }
}

impl SnapshotName {
    /// `None` for every other file.
    pub fn parse(name: &str) -> Option<SnapshotName> {
        let (end, rest) = digits(name, OFFSET_DIGITS)?;
        let (epoch, rest) = digits(rest.strip_prefix('-')?, EPOCH_DIGITS)?;
        (rest == ".checkpoint").then_some(())?;
        Some(SnapshotName {
            end: Offset(end),
            epoch: LeaderEpoch(i32::try_from(epoch).ok()?),
        })
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}-{:010}.checkpoint", self.end.0, self.epoch.0)
    }
}

/// A number of exactly `count` digits, and what follows it.
fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let legal = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((legal.then(|| number.parse().ok())??, rest))
}
