use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::frame::{self, Entry, Frame, Head, Origin};
use super::name::JournalName;
use crate::io::fs;
use crate::log::layout::{DirectoryState, FileKind, PartitionDirectory};
use crate::model::{Offset, PartitionId, TopicPartition};
use crate::shard::partition::owner_of;

/// Why what a dead process left cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayFault {
    #[error(transparent)]
    Disk(#[from] io::Error),
    #[error(
        "frame {sequence} of the journal of shard {shard} is damaged, and records in it were \
         acknowledged; restore the disk, or move the files corelane-journal-{shard}-* and \
         replication-offset-checkpoint away to start without those records"
    )]
    Rotten { shard: u16, sequence: u64 },
}

/// While this file is there, no journal holds anything that the segments do not.
const NEEDLESS: &str = "corelane-journals-needless";

/// Segment files written to side by side.
const PATCHED_MAX: usize = 8;

/// The checkpoint of a data directory.
type RecoveryPoints = BTreeMap<TopicPartition, Offset>;

/// What a replay found.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Frames that were live.
    pub frames: usize,
    /// Of each partition, where the last commit of it began: everything before was durable then,
    /// because a partition has one commit at a time on its way.
    pub reached: BTreeMap<TopicPartition, Offset>,
}

/// Where the runs of a partition go.
struct Home {
    name: TopicPartition,
    directory: PathBuf,
    recovery_point: Offset,
}

/// Runs of bytes for one file, in the order in which they were staged.
type Runs = Vec<(u64, Bytes)>;

/// Writes what the journals of a dead process hold to the segments, and removes them. Nothing is
/// written to the directory's partitions meanwhile.
///
/// What lies below a partition's recovery point is in its segment, synced, and is left alone:
/// compaction may have put another file in the segment's place since.
pub async fn replay(data: &Path, points: &RecoveryPoints) -> Result<Replayed, ReplayFault> {
    if fs::exists(&data.join(NEEDLESS)).await? {
        remove(data).await?;
    }
    let files = files(data).await?;
    if files.is_empty() {
        return Ok(Replayed::default());
    }
    let live = live(&files).await?;
    let homes = match live.is_empty() {
        true => BTreeMap::new(),
        false => homes(data, points).await?,
    };
    let mut replayed = Replayed::default();
    // One file at a time: a machine with little memory has to start too.
    for file in &files {
        let mut frames = read_frames(file).await?;
        frames.retain(|frame| live.contains(&key(&frame.head)));
        replayed.count(&homes, &frames);
        apply(&homes, frames).await?;
    }
    fs::sync_volume(data).await?;
    remove(data).await?;
    Ok(replayed)
}

/// Removes the journals of all shards: all they hold is in the segment files, and synced there.
/// A file says so meanwhile, since some frames without the others look like lost ones.
pub async fn remove(data: &Path) -> io::Result<()> {
    let needless = data.join(NEEDLESS);
    fs::write_atomic(&needless, Vec::new()).await?;
    for file in files(data).await? {
        fs::remove_file(&file.path).await?;
    }
    fs::sync_dir(data).await?;
    fs::remove_file(&needless).await?;
    fs::sync_dir(data).await
}

impl Replayed {
    fn count(&mut self, homes: &BTreeMap<PartitionId, Home>, frames: &[Frame]) {
        self.frames += frames.len();
        for (entry, _) in frames.iter().flat_map(|frame| &frame.runs) {
            if let Some(home) = homes.get(&entry.partition) {
                let reached = self.reached.entry(home.name.clone()).or_default();
                *reached = entry.base.max(*reached);
            }
        }
    }
}

/// A file of a dead process.
struct Found {
    path: PathBuf,
    origin: Origin,
}

async fn files(data: &Path) -> io::Result<Vec<Found>> {
    let entries = fs::list(data).await?.into_iter();
    let found = entries.filter(|entry| !entry.is_dir).filter_map(|entry| {
        Some(Found {
            origin: JournalName::parse(&entry.name)?.origin,
            path: data.join(entry.name),
        })
    });
    Ok(found.collect())
}

/// What tells one frame from all others.
type Key = (Origin, u64);

fn key(head: &Head) -> Key {
    (head.origin, head.sequence)
}

/// The live frames of all journals.
async fn live(files: &[Found]) -> Result<BTreeSet<Key>, ReplayFault> {
    let mut journals: BTreeMap<Origin, BTreeMap<u64, Head>> = BTreeMap::new();
    for file in files {
        for head in read_frames(file).await?.iter().map(|frame| frame.head) {
            let journal = journals.entry(head.origin).or_default();
            journal.insert(head.sequence, head);
        }
    }
    let mut live = BTreeSet::new();
    for heads in journals.values() {
        live.extend(chain(heads)?.iter().map(key));
    }
    Ok(live)
}

async fn read_frames(file: &Found) -> io::Result<Vec<Frame>> {
    let bytes: Bytes = fs::read(&file.path).await?.into();
    Ok(frame::all(&bytes, file.origin))
}

/// The frames of one journal from the oldest live one to the first gap. Frames are written one
/// after the other, so what lies behind a gap was never acknowledged, unless a later frame says
/// that the missing one was synced.
fn chain(heads: &BTreeMap<u64, Head>) -> Result<Vec<Head>, ReplayFault> {
    let mut chain: Vec<Head> = Vec::new();
    let Some((_, newest)) = heads.last_key_value() else {
        return Ok(chain);
    };
    let mut next = newest.live_from;
    while let Some(head) = heads.get(&next) {
        chain.push(*head);
        next += 1;
    }
    if next <= newest.synced_through {
        let (shard, sequence) = (newest.origin.shard, next);
        return Err(ReplayFault::Rotten { shard, sequence });
    }
    Ok(chain)
}

async fn apply(homes: &BTreeMap<PartitionId, Home>, frames: Vec<Frame>) -> Result<(), ReplayFault> {
    let mut patches: BTreeMap<PathBuf, Runs> = BTreeMap::new();
    for (entry, bytes) in frames.into_iter().flat_map(|frame| frame.runs) {
        if let Some(path) = path_of(homes, &entry) {
            let runs = patches.entry(path).or_default();
            runs.push((entry.position.into(), bytes));
        }
    }
    let patched = patches.into_iter().map(async |(path, runs)| {
        match fs::patch(&path, runs).await {
            // A segment has its file before anything in it is acknowledged: retention took it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    });
    stream::iter(patched)
        .buffer_unordered(PATCHED_MAX)
        .try_collect::<()>()
        .await?;
    Ok(())
}

/// The file to write a run to; `None` where it is safe already, or nobody's any more: a partition
/// without a directory was deleted.
fn path_of(homes: &BTreeMap<PartitionId, Home>, entry: &Entry) -> Option<PathBuf> {
    let home = homes.get(&entry.partition)?;
    let is_safe = entry.base < home.recovery_point;
    let name = FileKind::Log.at(entry.segment).to_string();
    (!is_safe).then(|| home.directory.join(name))
}

/// The directories of live partitions by the ids that their metadata files name.
async fn homes(data: &Path, points: &RecoveryPoints) -> io::Result<BTreeMap<PartitionId, Home>> {
    let mut homes = BTreeMap::new();
    for entry in fs::list(data).await?.into_iter().filter(|e| e.is_dir) {
        let Some(found) = PartitionDirectory::parse(&entry.name) else {
            continue;
        };
        if found.state != DirectoryState::Live {
            continue;
        }
        let directory = data.join(&entry.name);
        if let Some(topic) = owner_of(&directory).await? {
            let index = found.partition.index;
            let point = points.get(&found.partition).copied();
            let home = Home {
                name: found.partition,
                directory,
                recovery_point: point.unwrap_or(Offset::ZERO),
            };
            homes.insert(PartitionId { topic, index }, home);
        }
    }
    Ok(homes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Origin = Origin {
        shard: 1,
        generation: 5,
    };

    fn heads(sequences: &[u64], (live_from, synced_through): (u64, u64)) -> BTreeMap<u64, Head> {
        let head = |sequence: &u64| {
            let head = Head {
                origin: ORIGIN,
                sequence: *sequence,
                live_from,
                synced_through,
            };
            (*sequence, head)
        };
        sequences.iter().map(head).collect()
    }

    #[test]
    fn replay_begins_at_the_oldest_live_frame_and_ends_at_a_gap() {
        let live = chain(&heads(&[2, 3, 7, 8, 9, 11], (7, 6))).unwrap();
        let live: Vec<u64> = live.iter().map(|head| head.sequence).collect();
        assert_eq!(live, [7, 8, 9]);
    }

    #[test]
    fn a_missing_frame_that_was_synced_is_rot() {
        let rotten = chain(&heads(&[7, 9], (7, 8)));
        assert!(matches!(
            rotten,
            Err(ReplayFault::Rotten { sequence: 8, .. })
        ));
    }
}
