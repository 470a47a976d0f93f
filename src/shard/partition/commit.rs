//! From staged to durable: one commit of a partition at a time, each with all that was staged.
//!
//! A commit starts as soon as something is staged and none is under way, so a lone record waits
//! for nobody; what arrives meanwhile shares the next one, so batching grows with load. A small
//! commit goes to the journal, where one sync serves all partitions of the shard, and to its
//! segment later; a large one goes to its segment alone, because to write it twice would cost
//! more than to sync one file more.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::appender::BlockWrite;
use super::fault::Fault;
use super::{Partition, unsynced, write_back};
use crate::io::{clock, limits, task};
use crate::model::Offset;
use crate::shard::Shard;
use crate::shard::budget::Permit;
use crate::shard::journal::Hold;

/// Pause before a write that found the disk full is tried again.
pub(super) const DISK_FULL_RETRY: Duration = Duration::from_millis(500);

/// Pause before a write that found no descriptor to open its file with is tried again.
const DESCRIPTORS_RETRY: Duration = Duration::from_millis(20);

/// Everything staged at one moment; nothing, when only a sync is due.
#[derive(Debug)]
pub struct Commit {
    pub writes: Vec<BlockWrite>,
    /// First offset of what the writes hold.
    pub start: Offset,
    /// End offset of what the writes hold.
    pub end: Offset,
    /// Whether acknowledgements wait for the sync (`flush.messages`).
    pub sync: bool,
    /// Segments that hold bytes of earlier commits, to be synced with this one.
    pub unsynced: Vec<Offset>,
}

impl Commit {
    fn fresh_bytes(&self) -> usize {
        fresh_bytes(&self.writes)
    }
}

/// Where a commit is durable, or only written.
pub enum Kept {
    InFile,
    /// With a share of what may wait to be settled.
    InJournal(Permit, Hold),
}

/// Bytes of `writes` that were staged and never written before.
pub(super) fn fresh_bytes(writes: &[BlockWrite]) -> usize {
    writes.iter().map(|write| write.fresh.len()).sum()
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
        match keep(shard, partition, &commit).await {
            Ok(kept) => {
                shard.metrics.on_durable(commit.fresh_bytes());
                let pinned = partition.finish_commit(commit, kept, clock::now());
                shard.tails.account(partition, pinned);
            }
            Err(fault) => {
                partition.give_up(shard, &fault);
                let given_up = commit.fresh_bytes() + partition.abandon_staged();
                shard.metrics.on_durable(given_up);
                return;
            }
        }
        super::roll::finish_rolled(shard, partition);
        unsynced::watch(shard, partition);
        super::roll::prepare_next(shard, partition);
        write_back::start_if_much(shard, partition);
    }
}

/// Makes a commit durable, or only written, where it costs least.
async fn keep(
    shard: &Rc<Shard>,
    partition: &Rc<Partition>,
    commit: &Commit,
) -> Result<Kept, Fault> {
    let bytes = commit.fresh_bytes();
    let is_small = (1..shard.settings().journal.direct_bytes).contains(&bytes);
    if is_small && commit.sync && commit.unsynced.is_empty() {
        let permit = shard.write_backs.unsettled.take(bytes).await;
        prepare_files(partition, commit).await?;
        let journal = shard.journal(&partition.dir);
        let hold = journal.append(shard, partition, commit).await?;
        return Ok(Kept::InJournal(permit, hold));
    }
    let _slot = shard.commit_slots.take(1).await;
    let _turn = partition.settling.lock().await;
    let begun = clock::now();
    partition.settle_locked(&shard.pool).await?;
    write_out(partition, commit).await?;
    if commit.sync {
        shard.metrics.on_sync(clock::now().since(begun));
    }
    Ok(Kept::InFile)
}

/// The files of a commit have names that outlive a power cut before the journal holds what belongs
/// to them: replay takes a missing file for a deleted one.
async fn prepare_files(partition: &Partition, commit: &Commit) -> Result<(), Fault> {
    for write in &commit.writes {
        let (segment, end) = (write.segment, write.fresh_end());
        insist(partition, segment, async || {
            partition.prepare_file(segment, end).await
        })
        .await?;
    }
    Ok(())
}

/// Writes a commit segment by segment, so that a later segment is never durable before an
/// earlier one is. What earlier commits left unsynced is older than all of it.
async fn write_out(partition: &Partition, commit: &Commit) -> Result<(), Fault> {
    for segment in &commit.unsynced {
        let writes = commit.writes.iter();
        if !writes.clone().any(|write| write.segment == *segment) {
            persist(partition, *segment, &[], true).await?;
        }
    }
    for run in commit.writes.chunk_by(|a, b| a.segment == b.segment) {
        persist(partition, run[0].segment, run, commit.sync).await?;
    }
    Ok(())
}

/// Writes to one segment.
async fn persist(
    partition: &Partition,
    segment: Offset,
    run: &[BlockWrite],
    sync: bool,
) -> Result<(), Fault> {
    let is_gone = || run.is_empty() && partition.state().log.segment(segment).is_none();
    insist(partition, segment, async || {
        match write_segment(partition, segment, run, sync).await {
            // Retention took the segment, and with it all that was to be synced.
            Err(_) if is_gone() => Ok(()),
            done => done,
        }
    })
    .await
}

/// Does something with the file of a segment, and does it again where waiting helps.
pub(super) async fn insist(
    partition: &Partition,
    segment: Offset,
    work: impl AsyncFn() -> io::Result<()>,
) -> Result<(), Fault> {
    while let Err(error) = work().await {
        let pause = if error.kind() == io::ErrorKind::StorageFull {
            partition.set_disk_full(true);
            DISK_FULL_RETRY
        } else if limits::is_out_of_descriptors(&error) {
            partition.files.close_others();
            DESCRIPTORS_RETRY
        } else {
            return Err(Fault::write(segment, &error));
        };
        // Deleted while it waited: perhaps in order to make room.
        if let Some(fault) = partition.fault() {
            return Err(fault);
        }
        clock::sleep(pause).await;
    }
    partition.set_disk_full(false);
    Ok(())
}

pub(super) async fn write_segment(
    partition: &Partition,
    segment: Offset,
    run: &[BlockWrite],
    sync: bool,
) -> io::Result<()> {
    let end = run
        .iter()
        .map(|w| w.start + w.blocks.len() as u64)
        .max()
        .unwrap_or(0);
    let file = partition.files.writable(segment, end).await?;
    match run {
        [only] if sync => file.write_and_sync(only.blocks.clone(), only.start).await,
        _ => {
            try_join_all(run.iter().map(|w| file.write_at(w.blocks.clone(), w.start))).await?;
            if sync { file.sync().await } else { Ok(()) }
        }
    }
}
