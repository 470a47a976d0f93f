//! What the last run left in the log directories for this one to start from.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::checkpoint::read;
use super::log_dirs::{LogDir, LogDirs};
use super::metadata_log;
use crate::io::fs;
use crate::log::Trust;
use crate::log::layout::{DirectoryState, PartitionDirectory, names};
use crate::model::{Offset, TopicPartition};

/// What one directory was left with.
#[derive(Debug, Clone, Default)]
pub struct DirMarks {
    /// The clean-shutdown marker was there.
    pub clean: bool,
    /// Partitions that have a directory in it.
    pub held: BTreeSet<TopicPartition>,
    /// Up to where each partition was durable, as the high watermarks tell and the journals.
    pub durable: BTreeMap<TopicPartition, Offset>,
    pub recovery_points: BTreeMap<TopicPartition, Offset>,
    pub log_starts: BTreeMap<TopicPartition, Offset>,
    pub cleaned: BTreeMap<TopicPartition, Offset>,
}

/// The marks of every directory, by its place; those of a failed one say nothing.
#[derive(Debug, Clone, Default)]
pub struct BootMarks(Vec<DirMarks>);

static NOTHING: DirMarks = DirMarks {
    clean: false,
    held: BTreeSet::new(),
    durable: BTreeMap::new(),
    recovery_points: BTreeMap::new(),
    log_starts: BTreeMap::new(),
    cleaned: BTreeMap::new(),
};

impl BootMarks {
    /// Reads the checkpoint files, and takes the clean-shutdown markers away, durably. A directory
    /// in which that fails is offline afterwards.
    pub async fn take(dirs: &LogDirs) -> BootMarks {
        let mut all = Vec::new();
        for dir in dirs.all() {
            let taken = match dir.is_online() {
                true => take_one(dir).await,
                false => Ok(DirMarks::default()),
            };
            all.push(taken.unwrap_or_else(|error| {
                dir.fail(format!("what it holds cannot be read: {error}"));
                DirMarks::default()
            }));
        }
        BootMarks(all)
    }

    /// Adds what the journals of a directory told: partitions were durable up to there.
    pub fn note_durable(&mut self, dir: &LogDir, reached: BTreeMap<TopicPartition, Offset>) {
        let Some(marks) = self.0.get_mut(dir.index) else {
            return;
        };
        for (name, offset) in reached {
            let known = marks.durable.entry(name).or_default();
            *known = offset.max(*known);
        }
    }

    pub fn of(&self, dir: &LogDir) -> &DirMarks {
        self.0.get(dir.index).unwrap_or(&NOTHING)
    }

    /// Whether every directory that holds anything was left by a clean stop.
    pub fn is_clean(&self, dirs: &LogDirs) -> bool {
        let metadata = dirs.metadata().index;
        dirs.online().all(|dir| {
            let marks = self.of(dir);
            marks.clean || (marks.held.is_empty() && dir.index != metadata)
        })
    }
}

impl DirMarks {
    /// Up to where a partition was durable when somebody last looked.
    pub fn durable(&self, name: &TopicPartition) -> Offset {
        self.durable.get(name).copied().unwrap_or(Offset::ZERO)
    }

    /// How far the files of a partition can be believed.
    pub fn trust(&self, name: &TopicPartition) -> Trust {
        match self.clean {
            true => Trust::All,
            false => {
                let point = self.recovery_points.get(name);
                Trust::Below(point.copied().unwrap_or(Offset::ZERO))
            }
        }
    }
}

async fn take_one(dir: &LogDir) -> io::Result<DirMarks> {
    let entries = fs::list(&dir.path).await?;
    let live = |entry: &fs::Entry| {
        let found = PartitionDirectory::parse(&entry.name).filter(|_| entry.is_dir)?;
        let is_live = found.state == DirectoryState::Live;
        let is_metadata = found.partition.topic.as_str() == metadata_log::TOPIC;
        (is_live && !is_metadata).then_some(found.partition)
    };
    Ok(DirMarks {
        clean: take_marker(dir).await?,
        held: entries.iter().filter_map(live).collect(),
        durable: read(&dir.join(names::HIGH_WATERMARKS)).await,
        recovery_points: read(&dir.join(names::RECOVERY_POINTS)).await,
        log_starts: read(&dir.join(names::LOG_STARTS)).await,
        cleaned: read(&dir.join(names::CLEANED)).await,
    })
}

/// Removes the clean-shutdown marker, durably, and says whether it was there.
async fn take_marker(dir: &LogDir) -> io::Result<bool> {
    let marker = dir.join(names::CLEAN_SHUTDOWN);
    if !fs::exists(&marker).await? {
        return Ok(false);
    }
    fs::remove_file(&marker).await?;
    fs::sync_dir(&dir.path).await?;
    Ok(true)
}
