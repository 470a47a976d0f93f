//! Questions about many partitions: names to ids, one hop per owner, answers in request order.

use std::rc::Rc;
use std::sync::Arc;

use super::answer::Close;
use super::refusal::Refused;
use crate::cluster::Image;
use crate::model::{ErrorCode, PartitionId};
use crate::shard::{LocalFuture, Shard};

/// A partition that a request names, or why there is none.
pub type Target = Result<PartitionId, ErrorCode>;

/// The partition of this name and index.
pub fn locate(image: &Image, topic: &str, index: i32) -> Target {
    let topic = image
        .topic(topic)
        .ok_or(ErrorCode::UnknownTopicOrPartition)?;
    match topic.partition(index) {
        Some(_) => Ok(PartitionId {
            topic: topic.id,
            index,
        }),
        None => Err(ErrorCode::UnknownTopicOrPartition),
    }
}

/// Runs `ask` on the owner of every target that exists, given its id and place in `targets`.
pub async fn every<A: Send + 'static>(
    shard: &Rc<Shard>,
    targets: &[Target],
    ask: impl Fn(Rc<Shard>, PartitionId, usize) -> LocalFuture<Result<A, Refused>>
    + Clone
    + Send
    + 'static,
) -> Result<Vec<Result<A, Refused>>, Close> {
    let known: Arc<[(usize, PartitionId)]> = targets
        .iter()
        .enumerate()
        .filter_map(|(at, t)| Some((at, t.ok()?)))
        .collect();
    let partitions: Vec<PartitionId> = known.iter().map(|(_, id)| *id).collect();
    let asked = shard.scatter(&partitions, move |shard, nth| {
        let (at, id) = known[nth];
        ask(shard, id, at)
    });
    let mut answers = asked.await.map_err(|_| Close::Stopping)?.into_iter();
    let merged = targets.iter().map(|target| match target {
        Ok(_) => answers
            .next()
            .unwrap_or(Err(Refused::bare(ErrorCode::UnknownServerError))),
        Err(code) => Err(Refused::bare(*code)),
    });
    Ok(merged.collect())
}
