//! One question about many partitions, asked of every owner at once.

use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::future::join_all;

use super::Shard;
use super::router::{LocalFuture, ShardStopped};
use crate::model::{PartitionId, ShardId};

impl Shard {
    /// Runs `ask` on the owner of each partition, given the partition's place in `partitions`.
    /// One hop per shard; the answers come in the order of `partitions`.
    pub async fn scatter<A: Send + 'static>(
        self: &Rc<Self>,
        partitions: &[PartitionId],
        ask: impl Fn(Rc<Shard>, usize) -> LocalFuture<A> + Clone + Send + 'static,
    ) -> Result<Vec<A>, ShardStopped> {
        let mut places: BTreeMap<ShardId, Vec<usize>> = BTreeMap::new();
        for (at, partition) in partitions.iter().enumerate() {
            places
                .entry(self.router.owner(*partition))
                .or_default()
                .push(at);
        }
        let replies = places.iter().map(|(owner, places)| {
            let (ask, places) = (ask.clone(), places.clone());
            self.on(*owner, move |shard| {
                let asked: Vec<_> = places.iter().map(|at| ask(shard.clone(), *at)).collect();
                Box::pin(join_all(asked))
            })
        });
        let mut answers: Vec<(usize, A)> = Vec::with_capacity(partitions.len());
        for (reply, places) in join_all(replies).await.into_iter().zip(places.values()) {
            answers.extend(places.iter().copied().zip(reply?.await?));
        }
        answers.sort_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    /// Runs `ask` on every shard of the node, this one included; answers in shard order.
    pub async fn gather<A: Send + 'static>(
        self: &Rc<Self>,
        ask: impl Fn(Rc<Shard>) -> LocalFuture<A> + Clone + Send + 'static,
    ) -> Result<Vec<A>, ShardStopped> {
        let mut replies = Vec::new();
        for shard in self.router.shards() {
            replies.push(self.on(shard, ask.clone()).await?);
        }
        join_all(replies).await.into_iter().collect()
    }
}
