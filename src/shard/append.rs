//! Produce across shards: one hop to the owner, staging there at once, one reply when all of it
//! is committed.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use super::Shard;
use super::partition::{Appended, Refusal, Staged};
use super::router::{Reply, ShardStopped};
use crate::io::clock;
use crate::model::{PartitionId, ShardId};
use crate::records::{BatchView, Codec};

/// A batch for one partition, as a counted slice of the request that brought it.
#[derive(Debug)]
pub struct Append {
    pub partition: PartitionId,
    pub batch: Bytes,
    /// Clients before Produce 7 may not send zstd: consumers of their age cannot read it.
    pub zstd_allowed: bool,
}

/// What became of an append.
pub type Outcome = Result<Appended, Refusal>;

impl Shard {
    /// Sends batches to the shard that owns their partitions. When this resolves, their order
    /// against later calls is settled; the reply comes when all are committed or `timeout` is
    /// over.
    pub async fn post_appends(
        self: &Rc<Self>,
        to: ShardId,
        appends: Vec<Append>,
        timeout: Duration,
    ) -> Result<Reply<Vec<Outcome>>, ShardStopped> {
        if to == self.id {
            return Ok(Reply::local(Box::pin(self.append(appends, timeout))));
        }
        self.router
            .post(to, move |shard| Box::pin(shard.append(appends, timeout)))
            .await
    }

    /// Stages batches in order, now; the future waits for their commits.
    fn append(
        self: &Rc<Self>,
        appends: Vec<Append>,
        timeout: Duration,
    ) -> impl Future<Output = Vec<Outcome>> + use<> {
        let staged: Vec<_> = appends.iter().map(|append| self.stage(append)).collect();
        // The request's bytes are copied or refused by now: let them go before the wait.
        drop(appends);
        async move {
            let deadline = clock::now().plus(timeout);
            let mut outcomes = Vec::with_capacity(staged.len());
            for staged in staged {
                outcomes.push(match staged {
                    Ok(staged) => committed(staged, deadline).await,
                    Err(refusal) => Err(refusal),
                });
            }
            outcomes
        }
    }

    fn stage(self: &Rc<Self>, append: &Append) -> Result<Staged, Refusal> {
        // A node that stops writes down where its logs end: nothing may be added after that.
        if self.is_stopping() {
            return Err(Refusal::NotHosted);
        }
        let partition = self.partition(append.partition).ok_or(Refusal::NotHosted)?;
        let zstd = || {
            let codec = BatchView::parse(&append.batch)
                .ok()
                .and_then(|b| b.codec().ok());
            codec == Some(Codec::Zstd)
        };
        if !append.zstd_allowed && zstd() {
            return Err(Refusal::ZstdNotAllowed);
        }
        partition.stage(self, &append.batch)
    }
}

/// Waits for a staged batch. A commit that is there already costs no timer.
async fn committed(mut staged: Staged, deadline: crate::model::Instant) -> Outcome {
    match staged.committed.try_recv() {
        Ok(Some(())) => return Ok(staged.appended),
        Ok(None) => {}
        Err(_) => return Err(Refusal::Abandoned),
    }
    let left = deadline.since(clock::now());
    match clock::timeout(left, staged.committed).await {
        Ok(Ok(())) => Ok(staged.appended),
        Ok(Err(_)) => Err(Refusal::Abandoned),
        Err(_) => Err(Refusal::TimedOut),
    }
}
