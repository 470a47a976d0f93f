//! From full to settled: what a file of the journal holds is brought to its segments and made to
//! last there, so that the file can be written again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::file::JournalFile;
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
    let settled = settle(shard, dir, &full.touched).await;
    let journal = shard.journal(dir);
    match settled {
        Ok(()) => {
            journal.ring.refresh(shard, &mut full).await;
            journal.ring.settled(full);
        }
        // The file stays as it is: the next start replays it.
        Err(fault) => journal.fence(&fault),
    }
}

/// Brings what these segments hold to their files, and makes it last there.
async fn settle(shard: &Rc<Shard>, dir: &LogDir, touched: &Touched) -> Result<(), Fault> {
    let alive = || {
        touched
            .values()
            .filter_map(|(p, s)| Some((p.upgrade()?, s)))
    };
    for (partition, _) in alive() {
        write_back::run(shard, &partition).await?;
    }
    let files: usize = alive().map(|(_, segments)| segments.len()).sum();
    let synced = async {
        if files > SYNC_EACH_MAX {
            return fs::sync_volume(&dir.path).await;
        }
        for (partition, segments) in alive() {
            for segment in segments {
                partition.sync_segment(*segment).await?;
            }
        }
        Ok(())
    };
    let failed = |error: io::Error| Fault::Journal(error.to_string());
    synced.await.map_err(failed)
}
