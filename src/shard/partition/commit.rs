//! From staged to durable: one commit of a partition at a time, each with all that was staged.
//!
//! A commit starts as soon as something is staged and none is under way, so a lone record waits
//! for nobody; what arrives meanwhile shares the next one, so batching grows with load. Commits
//! of different partitions run side by side and their syncs meet in the kernel. (The journal of
//! the storage design takes this file's place: then one sync serves all partitions of a shard.)

use std::io;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::Partition;
use super::appender::BlockWrite;
use super::fault::Fault;
use crate::io::{clock, task};
use crate::model::{Offset, Timestamp};
use crate::shard::Shard;

/// Pause before a write that found the disk full is tried again.
const DISK_FULL_RETRY: Duration = Duration::from_millis(500);

/// Everything staged at one moment.
#[derive(Debug)]
pub struct Commit {
    pub writes: Vec<BlockWrite>,
    /// End offset of what the writes hold.
    pub end: Offset,
    /// Whether acknowledgements wait for the sync (`flush.messages`).
    pub sync: bool,
}

/// Starts the commit task of a partition that has none, after something was staged.
pub(in crate::shard) fn start(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    if partition.begin_committing() {
        let (shard, partition) = (shard.clone(), partition.clone());
        task::spawn(async move { run(&shard, &partition).await }).detach();
    }
}

/// Commits until nothing is staged.
async fn run(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    while let Some(commit) = partition.take_commit() {
        let slot = shard.commit_slots.take(1).await;
        let begun = clock::now();
        match write_out(partition, &commit).await {
            Ok(()) => {
                shard.metrics.on_sync(clock::now().since(begun));
                let fresh = commit.writes.iter().map(|write| write.fresh.len()).sum();
                shard.metrics.on_durable(fresh);
                let freed = partition.finish_commit(commit, clock::wall());
                shard.tails.account(partition, freed);
            }
            Err(fault) => {
                tracing::error!(
                    partition = %partition.name, %fault,
                    "the partition is fenced; nothing more is acknowledged until a restart"
                );
                partition.fence(fault);
                partition.abandon_staged();
                return;
            }
        }
        drop(slot);
        super::roll::finish_rolled(shard, partition);
    }
}

impl Partition {
    /// Syncs what was written without a sync. Nobody waits for it but the clock.
    pub(in crate::shard) async fn flush(&self) {
        let (segment, end) = {
            let mut state = self.state_mut();
            state.unsynced_since = Timestamp::NONE;
            state.unsynced = 0;
            (state.log.active().base(), state.log.written_end())
        };
        let synced = match self.files.writable(segment, 0).await {
            Ok(file) => file.sync().await,
            Err(error) => Err(error),
        };
        match synced {
            Ok(()) => {
                let mut state = self.state_mut();
                if end > state.log.durable_end() {
                    state.log.on_durable(end);
                }
            }
            Err(error) => self.fence(Fault::write(segment, &error)),
        }
    }
}

/// Writes a commit segment by segment, so that a later segment is never durable before an
/// earlier one is.
async fn write_out(partition: &Partition, commit: &Commit) -> Result<(), Fault> {
    for run in commit.writes.chunk_by(|a, b| a.segment == b.segment) {
        let segment = run[0].segment;
        while let Err(error) = write_segment(partition, run, commit.sync).await {
            if error.kind() != io::ErrorKind::StorageFull {
                return Err(Fault::write(segment, &error));
            }
            // Deleted while it waited: perhaps in order to make room.
            if let Some(fault) = partition.fault() {
                return Err(fault);
            }
            partition.set_disk_full(true);
            clock::sleep(DISK_FULL_RETRY).await;
        }
        partition.set_disk_full(false);
    }
    Ok(())
}

async fn write_segment(partition: &Partition, run: &[BlockWrite], sync: bool) -> io::Result<()> {
    let end = run
        .iter()
        .map(|w| w.start + w.blocks.len() as u64)
        .max()
        .unwrap_or(0);
    let file = partition.files.writable(run[0].segment, end).await?;
    match run {
        [only] if sync => file.write_and_sync(only.blocks.clone(), only.start).await,
        _ => {
            try_join_all(run.iter().map(|w| file.write_at(w.blocks.clone(), w.start))).await?;
            if sync { file.sync().await } else { Ok(()) }
        }
    }
}
