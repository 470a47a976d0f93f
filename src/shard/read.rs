//! Fetch across shards: one hop to each owner; what comes back are slices and file ranges.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::ready;
use futures_util::{StreamExt, stream};

use super::Shard;
use super::partition::{PartitionRead, ReadLimits, ReadRefusal};
use super::router::{LocalFuture, Reply, ShardStopped};
use crate::io::{Part, mesh};
use crate::model::{LeaderEpoch, Offset, PartitionId, ShardId};

/// Partitions that one fetch reads side by side on one shard.
const READING_MAX: usize = 16;

/// Segment files that the answer to one fetch may keep open on one shard, about. The partitions
/// beyond it are answered from memory or not at all: the client asks for them again.
const FILES_MAX: usize = 64;

/// One partition of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    pub partition: PartitionId,
    pub offset: Offset,
    /// The leader epoch that the reader believes in.
    pub epoch: LeaderEpoch,
    pub limits: ReadLimits,
}

/// A partition to be watched: what the reader has seen of it, and how it is told.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    pub partition: PartitionId,
    pub seen: Offset,
    pub token: u32,
}

/// What became of a read.
pub type ReadOutcome = Result<PartitionRead, ReadRefusal>;

impl Shard {
    /// Reads partitions of one owner, all of them from the same moment on.
    pub async fn read_from(
        self: &Rc<Self>,
        owner: ShardId,
        reads: Vec<Read>,
    ) -> Result<Vec<ReadOutcome>, ShardStopped> {
        self.on(owner, move |shard| {
            Box::pin(async move {
                let files = Cell::new(shard.files.files_max().min(FILES_MAX));
                let reads = reads.into_iter().map(|read| shard.read(read, &files));
                stream::iter(reads).buffered(READING_MAX).collect().await
            })
        })
        .await?
        .await
    }

    /// Reads one partition; counts down `files` with every one that the answer holds open.
    async fn read(&self, mut read: Read, files: &Cell<usize>) -> ReadOutcome {
        let partition = self.served(read.partition)?;
        partition.check_epoch(read.epoch)?;
        read.limits.from_files &= files.get() > 0;
        let outcome = partition.read(read.offset, read.limits).await;
        self.sweep_indexes();
        let outcome = outcome?;
        if matches!(outcome.parts.first(), Some(Part::File(_))) {
            files.set(files.get().saturating_sub(1));
        }
        Ok(outcome)
    }

    /// Watches partitions of one owner: `changed` gets the token of each, once, when it has
    /// something beyond what was seen of it, or changes state. It has room for all of them. When
    /// this resolves the watches stand: what is acknowledged later has told its token before.
    pub async fn watch(
        self: &Rc<Self>,
        owner: ShardId,
        watches: Vec<Watch>,
        changed: mesh::Sender<u32>,
    ) -> Result<(), ShardStopped> {
        self.on(owner, move |shard| {
            for watch in watches {
                match shard.partition(watch.partition) {
                    Some(partition) => partition.watch(watch.seen, watch.token, changed.clone()),
                    // That it is gone is news as well; the reader may be gone too.
                    None => drop(changed.try_send(watch.token)),
                }
            }
            Box::pin(ready(()))
        })
        .await?
        .await
    }

    /// Runs a job on `owner`, without a hop when that is here.
    pub async fn on<T: Send + 'static>(
        self: &Rc<Self>,
        owner: ShardId,
        job: impl FnOnce(Rc<Shard>) -> LocalFuture<T> + Send + 'static,
    ) -> Result<Reply<T>, ShardStopped> {
        if owner == self.id {
            return Ok(Reply::local(job(self.clone())));
        }
        self.router.post(owner, job).await
    }
}
