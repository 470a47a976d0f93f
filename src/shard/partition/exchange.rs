//! How the files that compaction wrote take the place of those they were made from.
//!
//! ```text
//! step                                   a crash before the next step leaves
//! <base>.log.cleaned and its indexes     .cleaned: removed, nothing has happened
//!   written, synced
//! indexes -> .swap, names synced         index .swap without .log.swap: removed
//! .log.cleaned -> .log.swap, synced      .log.swap: the exchange counts as done, and is finished:
//! the other old files -> .deleted,         the old files with offsets of the new one go,
//!   index .swap -> index, names synced     the names without .swap are given
//! .log.swap -> .log                      .log.swap or .log: finished again, or nothing
//! ```
//!
//! The new file ends with the last offset of what it replaces, empty batch or not, so it tells
//! which files those were. Kafka leaves and takes the same names (`LogLoader`).

use std::io;
use std::path::{Path, PathBuf};

use super::Fault;
use crate::io::{File, OpenMode, clock, fs};
use crate::log::layout::{FileKind, FileSuffix, LogFileName};
use crate::log::{Feed, Policy, Reindex, SegmentFile, TxnIndex};
use crate::model::Offset;

/// Bytes read at once of a file that a crash left half in place.
const CHECK_BYTES: usize = 1 << 20;

const INDEXES: [FileKind; 3] = [
    FileKind::OffsetIndex,
    FileKind::TimeIndex,
    FileKind::TxnIndex,
];

/// The path of a file that compaction is writing.
pub fn cleaned(directory: &Path, kind: FileKind, base: Offset) -> PathBuf {
    path(directory, kind.at(base).with(FileSuffix::Cleaned))
}

/// Removes what an attempt has written that was never decided.
pub async fn give_up(directory: &Path, base: Offset) {
    let log = FileKind::Log.at(base).with(FileSuffix::Cleaned);
    let indexes = INDEXES.iter().flat_map(|kind| {
        let of = kind.at(base);
        [of.with(FileSuffix::Cleaned), of.with(FileSuffix::Swap)]
    });
    for name in indexes.chain([log]) {
        // Most are not there, and a start removes what stays.
        let _gone = fs::remove_file(&path(directory, name)).await;
    }
}

/// Makes ready for the exchange, which is not decided yet: the indexes become `.swap`, and they and
/// the synced `.log.cleaned` are named durably.
pub async fn prepare(directory: &Path, base: Offset) -> io::Result<()> {
    for kind in INDEXES {
        rename(
            directory,
            kind.at(base),
            Some(FileSuffix::Cleaned),
            Some(FileSuffix::Swap),
        )
        .await?;
    }
    // The log must not be there before its indexes are.
    fs::sync_dir(directory).await
}

/// Decides the exchange: from here on a start finishes it. When this fails, nobody knows whether
/// it is decided.
pub async fn decide(directory: &Path, base: Offset) -> io::Result<()> {
    let log = FileKind::Log.at(base);
    rename(
        directory,
        log,
        Some(FileSuffix::Cleaned),
        Some(FileSuffix::Swap),
    )
    .await?;
    fs::sync_dir(directory).await
}

/// Finishes an exchange that was decided: the files of `replaced` go, the new ones get the names
/// of `base`. Gives the paths that wait for their removal. May be done again after a crash.
pub async fn finish(
    directory: &Path,
    base: Offset,
    replaced: &[Offset],
) -> io::Result<Vec<PathBuf>> {
    let mut doomed = Vec::new();
    for old in replaced.iter().filter(|old| **old != base) {
        for kind in FileKind::ALL {
            let name = kind.at(*old);
            if rename(directory, name, None, Some(FileSuffix::Deleted)).await? {
                doomed.push(path(directory, name.deleted()));
            }
        }
    }
    for kind in INDEXES {
        rename(directory, kind.at(base), Some(FileSuffix::Swap), None).await?;
    }
    fs::sync_dir(directory).await?;
    rename(
        directory,
        FileKind::Log.at(base),
        Some(FileSuffix::Swap),
        None,
    )
    .await?;
    // Not synced: a start that finds the name with .swap again finishes again, and whatever else
    // happens to these names syncs them too.
    Ok(doomed)
}

/// Finishes what a crash interrupted, before the directory is looked at for segments.
pub async fn finish_interrupted(directory: &Path, policy: &Policy) -> Result<(), Fault> {
    let broken = |error: io::Error| Fault::Directory(format!("{}: {error}", directory.display()));
    let names: Vec<(LogFileName, u64)> = fs::list(directory)
        .await
        .map_err(broken)?
        .iter()
        .filter_map(|entry| Some((LogFileName::parse(&entry.name)?, entry.len)))
        .collect();
    for (name, bytes) in &names {
        if (name.kind, name.suffix) != (FileKind::Log, Some(FileSuffix::Swap)) {
            continue;
        }
        let base = name.base;
        let end = end_of(directory, *name, *bytes, policy).await?;
        let within = |name: &LogFileName| name.suffix.is_none() && name.base > base;
        let old = names
            .iter()
            .map(|(name, _)| name)
            .filter(|name| within(name));
        let mut replaced: Vec<Offset> = old.map(|name| name.base).filter(|at| *at < end).collect();
        replaced.dedup();
        for doomed in finish(directory, base, &replaced).await.map_err(broken)? {
            fs::remove_file(&doomed).await.map_err(broken)?;
        }
        tracing::info!(
            directory = %directory.display(), segment = %base, replaced = replaced.len(),
            "an interrupted compaction was finished"
        );
    }
    Ok(())
}

/// One past the last offset of a written segment. Damage in it is rot: it was synced before it got
/// its name.
async fn end_of(
    directory: &Path,
    name: LogFileName,
    bytes: u64,
    policy: &Policy,
) -> Result<Offset, Fault> {
    let path = path(directory, name);
    let broken = |why: String| {
        Fault::Directory(format!(
            "{}: the compacted segment cannot be read: {why}; restore the directory from a \
             replica or a backup",
            path.display()
        ))
    };
    let file = SegmentFile {
        base: name.base,
        bytes,
        indexed: false,
        modified: clock::wall(),
    };
    let mut check = Reindex::new(policy, &file, Offset(i64::MAX));
    let log = File::open(&path, OpenMode::ReadOnly).await;
    let log = log.map_err(|error| broken(error.to_string()))?;
    let mut at = 0;
    while at < bytes {
        let read = log.read_at(at, CHECK_BYTES).await;
        let read = read.map_err(|error| broken(error.to_string()))?;
        if read.is_empty() || check.feed(&read) == Feed::Enough {
            break;
        }
        at += read.len() as u64;
    }
    let end = check.end();
    let whole = check.finish(TxnIndex::default());
    whole
        .map(|_| end)
        .map_err(|fault| broken(fault.to_string()))
}

/// Renames a file if it is there; says whether it was.
async fn rename(
    directory: &Path,
    name: LogFileName,
    from: Option<FileSuffix>,
    to: Option<FileSuffix>,
) -> io::Result<bool> {
    let (from, to) = (
        path(
            directory,
            LogFileName {
                suffix: from,
                ..name
            },
        ),
        path(directory, LogFileName { suffix: to, ..name }),
    );
    match fs::rename(&from, &to).await {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn path(directory: &Path, name: LogFileName) -> PathBuf {
    directory.join(name.to_string())
}
