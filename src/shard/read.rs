//! Fetch across shards: one hop to each owner; what comes back are slices and file ranges.

use std::rc::Rc;

use futures_util::future::{join_all, select_all};

use super::Shard;
use super::partition::{PartitionRead, ReadLimits, ReadRefusal};
use super::router::{LocalFuture, Reply, ShardStopped};
use crate::model::{LeaderEpoch, Offset, PartitionId, ShardId};

/// One partition of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    pub partition: PartitionId,
    pub offset: Offset,
    /// The leader epoch that the reader believes in.
    pub epoch: LeaderEpoch,
    pub limits: ReadLimits,
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
            Box::pin(async move { join_all(reads.iter().map(|read| shard.read(read))).await })
        })
        .await?
        .await
    }

    async fn read(&self, read: &Read) -> ReadOutcome {
        let partition = self
            .partition(read.partition)
            .ok_or(ReadRefusal::NotHosted)?;
        partition.check_epoch(read.epoch)?;
        partition.read(read.offset, read.limits).await
    }

    /// Resolves when any of the owner's partitions has something beyond what was seen of it.
    pub async fn progress_on(
        self: &Rc<Self>,
        owner: ShardId,
        seen: Vec<(PartitionId, Offset)>,
    ) -> Result<(), ShardStopped> {
        self.on(owner, move |shard| {
            Box::pin(async move {
                let known = seen.iter().filter_map(|(id, offset)| {
                    Some(shard.partition(*id)?.progress_beyond(*offset))
                });
                let waits: Vec<_> = known.collect();
                // A partition that is gone is news as well.
                if waits.len() == seen.len() {
                    let _ = select_all(waits).await;
                }
            })
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
