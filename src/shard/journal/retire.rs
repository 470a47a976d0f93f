//! From full to settled: what a file of the journal holds is brought to its segments and made to
//! last there, so that the file can be written again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::file::JournalFile;
use super::salvage;
use crate::io::fs;
use crate::model::{Offset, PartitionId};
use crate::shard::partition::{Fault, Partition, write_back};
use crate::shard::{LogDir, Shard};

/// Segment files that are synced one by one when a journal file retires. More of them are synced
/// with their whole volume, which costs the same for any number.
const SYNC_EACH_MAX: usize = 64;

/// The partitions whose batches a file holds, with the segments that they are in.
pub type Touched = BTreeMap<PartitionId, (Weak<Partition>, BTreeSet<Offset>)>;

/// Settles everything that a full file holds, and gives it back to be written again.
pub async fn run(shard: &Rc<Shard>, dir: &Arc<LogDir>, mut full: JournalFile) {
    full.released().await;
    let retired = retire(shard, dir, &full).await;
    let journal = shard.journal(dir);
    match retired {
        Ok(()) => {
            journal.ring.refresh(shard, &mut full).await;
            journal.ring.settled(full);
        }
        // The file stays as it is: the next start replays it.
        Err(error) => {
            let fault = Fault::Journal(error.to_string());
            journal.fence(&fault);
            shard.suspect_writes(dir, &fault);
        }
    }
}

async fn retire(shard: &Rc<Shard>, dir: &Arc<LogDir>, full: &JournalFile) -> io::Result<()> {
    let origin = shard.journal(dir).origin();
    let mut broken = settle(shard, &full.touched).await;
    sync(shard, dir, &full.touched, &mut broken).await?;
    broken.extend(broken_meanwhile(&full.touched));
    if broken.is_empty() {
        return Ok(());
    }
    salvage::copy(shard, dir, (origin, full), &broken).await
}

/// Those that are not deleted, with their segments.
fn alive(touched: &Touched) -> impl Iterator<Item = (Rc<Partition>, &BTreeSet<Offset>)> {
    let held = touched.values();
    held.filter_map(|(partition, segments)| Some((partition.upgrade()?, segments)))
}

/// A segment that closes beside this may fail at its own sync, of which the ones here say nothing.
fn broken_meanwhile(touched: &Touched) -> impl Iterator<Item = PartitionId> {
    let faults =
        alive(touched).filter_map(|(partition, _)| Some((partition.id, partition.fault()?)));
    faults
        .filter(|(_, fault)| !matches!(fault, Fault::Deleted))
        .map(|(id, _)| id)
}

/// Brings what the journal holds of these partitions to their files. Gives those that cannot take
/// it.
async fn settle(shard: &Rc<Shard>, touched: &Touched) -> BTreeSet<PartitionId> {
    let mut broken = BTreeSet::new();
    for (partition, _) in alive(touched) {
        if write_back::run(shard, &partition).await.is_err() {
            broken.insert(partition.id);
        }
    }
    broken
}

/// Makes it last there. Adds to `broken` those whose file cannot be synced.
async fn sync(
    shard: &Rc<Shard>,
    dir: &LogDir,
    touched: &Touched,
    broken: &mut BTreeSet<PartitionId>,
) -> io::Result<()> {
    let files: usize = alive(touched).map(|(_, segments)| segments.len()).sum();
    if files > SYNC_EACH_MAX {
        return fs::sync_volume(&dir.path).await;
    }
    for (partition, segments) in alive(touched) {
        for segment in segments {
            if broken.contains(&partition.id) {
                break;
            }
            if let Err(error) = partition.sync_segment(*segment).await {
                partition.give_up(shard, &Fault::sync(*segment, &error));
                broken.insert(partition.id);
            }
        }
    }
    Ok(())
}
