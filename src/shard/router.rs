//! From any shard to the one that owns a partition: at most one bounded hop each way.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_channel::oneshot;

use super::Shard;
use crate::io::mesh;
use crate::model::{PartitionId, ShardId};

/// Work for another shard. The closure runs as soon as the mailbox is read, so jobs from one
/// sender begin in the order in which they were posted; the future it returns runs beside others.
pub type Job = Box<dyn FnOnce(Rc<Shard>) -> LocalFuture<()> + Send>;

/// A future that stays on the core where it was made.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Jobs that may wait in one mailbox before senders wait.
pub const MAILBOX_JOBS_MAX: usize = 1024;

/// The shard stopped before it answered; the broker is going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the shard has stopped")]
pub struct ShardStopped;

/// One mailbox per shard, and the rule that says who owns what.
#[derive(Clone)]
pub struct Router {
    mailboxes: Arc<[mesh::Sender<Job>]>,
}

impl Router {
    /// Makes the mailboxes of `shards` shards: the router, and each shard's end.
    pub fn new(shards: usize) -> (Router, Vec<mesh::Receiver<Job>>) {
        assert!(shards > 0, "a node has at least one shard");
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..shards).map(|_| mesh::mailbox(MAILBOX_JOBS_MAX)).unzip();
        (
            Router {
                mailboxes: senders.into(),
            },
            receivers,
        )
    }

    pub fn shards(&self) -> impl Iterator<Item = ShardId> + use<> {
        (0..self.mailboxes.len() as u16).map(ShardId)
    }

    /// The shard that owns a partition: neighbours of one topic lie on different shards, and
    /// topics start at different ones.
    pub fn owner(&self, partition: PartitionId) -> ShardId {
        let topic = partition.topic.as_bytes().iter().fold(0u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let spread = (topic >> 32).wrapping_add(partition.index as u64);
        ShardId((spread % self.mailboxes.len() as u64) as u16)
    }

    /// Posts a job; resolves once the mailbox took it. The reply is awaited separately, so that a
    /// connection can go on with its next request as soon as the order is settled.
    pub async fn post<T: Send + 'static>(
        &self,
        to: ShardId,
        job: impl FnOnce(Rc<Shard>) -> LocalFuture<T> + Send + 'static,
    ) -> Result<Reply<T>, ShardStopped> {
        let (mut sender, receiver) = oneshot::channel();
        let boxed: Job = Box::new(move |shard| {
            let work = job(shard);
            Box::pin(async move {
                // Nobody waits any more: let the work go, with whatever it holds.
                let cancelled = std::pin::pin!(sender.cancellation());
                if let futures_util::future::Either::Left((value, _)) =
                    futures_util::future::select(work, cancelled).await
                {
                    let _ = sender.send(value);
                }
            })
        });
        self.mailboxes[usize::from(to.0)]
            .send(boxed)
            .await
            .map_err(|_| ShardStopped)?;
        Ok(Reply::Remote(receiver))
    }

    /// Posts a job and waits for its reply.
    pub async fn call<T: Send + 'static>(
        &self,
        to: ShardId,
        job: impl FnOnce(Rc<Shard>) -> LocalFuture<T> + Send + 'static,
    ) -> Result<T, ShardStopped> {
        self.post(to, job).await?.await
    }
}

/// The answer of a posted job, or of the same work done here.
pub enum Reply<T> {
    Local(LocalFuture<T>),
    Remote(oneshot::Receiver<T>),
}

impl<T> Reply<T> {
    /// Work of this shard, in the shape of a reply.
    pub fn local(work: LocalFuture<T>) -> Reply<T> {
        Reply::Local(work)
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, ShardStopped>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Reply::Local(work) => work.as_mut().poll(context).map(Ok),
            Reply::Remote(answer) => Pin::new(answer)
                .poll(context)
                .map(|answer| answer.map_err(|_| ShardStopped)),
        }
    }
}
