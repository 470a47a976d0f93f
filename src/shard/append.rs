//! Produce across shards: one hop to the owner, staging there at once, one reply when all of it
//! is committed.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_channel::oneshot;

use super::Shard;
use super::partition::{Appended, Checked, Partition, Refusal, Staged, Unchecked};
use super::router::{Reply, ShardStopped};
use crate::io::{clock, task};
use crate::model::{Instant, PartitionId, ShardId};
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
        // The request's bytes are copied or refused by the end of this, but for those whose
        // check takes long: let them go before the wait.
        let steps: Vec<Step> = appends
            .into_iter()
            .map(|append| self.take_in(append))
            .collect();
        async move {
            let deadline = clock::now().plus(timeout);
            let mut outcomes = Vec::with_capacity(steps.len());
            for step in steps {
                outcomes.push(match step.staged(deadline).await {
                    Ok(staged) => committed(staged, deadline).await,
                    Err(refusal) => Err(refusal),
                });
            }
            outcomes
        }
    }

    /// Stages a batch now if that is quick and its turn has come; sees to its turn otherwise.
    fn take_in(self: &Rc<Self>, append: Append) -> Step {
        let id = append.partition;
        let (partition, unchecked) = match self.admit(append) {
            Ok(admitted) => admitted,
            Err(refusal) => return Step::Done(Err(refusal)),
        };
        let quick = unchecked.check_quickly();
        match quick {
            Some(checked) if partition.turns.used() == 0 => {
                Step::Done(checked.and_then(|checked| self.stage(id, &checked)))
            }
            quick => Step::Later(self.stage_in_turn(&partition, unchecked, quick)),
        }
    }

    /// Stages a batch behind all that came before it. A task of its own, so that neither a client
    /// that goes away nor one that does not read its answers holds up the others.
    fn stage_in_turn(
        self: &Rc<Self>,
        partition: &Rc<Partition>,
        unchecked: Unchecked,
        quick: Option<Result<Checked, Refusal>>,
    ) -> oneshot::Receiver<Result<Staged, Refusal>> {
        let turn = partition.turns.take(1);
        let (sender, receiver) = oneshot::channel();
        let (shard, id) = (self.clone(), partition.id);
        let work = async move {
            let checked = match quick {
                Some(checked) => checked,
                None => shard.check_on_pool(unchecked).await,
            };
            let turn = turn.await;
            let staged = checked.and_then(|checked| shard.stage(id, &checked));
            drop(turn);
            // Whoever asked may be gone.
            let _ = sender.send(staged);
        };
        task::spawn(work).detach();
        receiver
    }

    async fn check_on_pool(&self, unchecked: Unchecked) -> Result<Checked, Refusal> {
        let _slot = self.checks.take(1).await;
        match task::block_on_pool(move || unchecked.check()).await {
            Ok(checked) => checked,
            Err(bug) => panic!("{bug}"),
        }
    }

    /// Stages a batch that was checked.
    fn stage(self: &Rc<Self>, id: PartitionId, checked: &Checked) -> Result<Staged, Refusal> {
        let partition = self.hosted(id)?;
        partition.stage_checked(self, &checked.batch, &checked.facts, checked.now)
    }

    fn hosted(&self, id: PartitionId) -> Result<Rc<Partition>, Refusal> {
        // A node that stops writes down where its logs end: nothing may be added after that.
        if self.is_stopping() {
            return Err(Refusal::NotHosted);
        }
        Ok(self.served(id)?)
    }

    fn admit(&self, append: Append) -> Result<(Rc<Partition>, Unchecked), Refusal> {
        let partition = self.hosted(append.partition)?;
        let zstd = || {
            let codec = BatchView::parse(&append.batch)
                .ok()
                .and_then(|b| b.codec().ok());
            codec == Some(Codec::Zstd)
        };
        if !append.zstd_allowed && zstd() {
            return Err(Refusal::ZstdNotAllowed);
        }
        let unchecked = partition.unchecked(self, append.batch)?;
        Ok((partition, unchecked))
    }
}

/// A batch on its way to its place in the log.
enum Step {
    Done(Result<Staged, Refusal>),
    Later(oneshot::Receiver<Result<Staged, Refusal>>),
}

impl Step {
    async fn staged(self, deadline: Instant) -> Result<Staged, Refusal> {
        match self {
            Step::Done(staged) => staged,
            Step::Later(staged) => {
                let left = deadline.since(clock::now());
                match clock::timeout(left, staged).await {
                    Ok(Ok(staged)) => staged,
                    Ok(Err(_)) => Err(Refusal::Abandoned),
                    Err(_) => Err(Refusal::TimedOut),
                }
            }
        }
    }
}

/// Waits for a staged batch. A commit that is there already costs no timer.
async fn committed(mut staged: Staged, deadline: Instant) -> Outcome {
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
