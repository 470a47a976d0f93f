//! Reading for a fetch: what its session has reason to look at, again whenever something changes,
//! until there is enough or time is up.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::io::clock;
use crate::model::{ErrorCode, Instant, LeaderEpoch, Offset, PartitionId, ShardId};
use crate::server::answer::Close;
use crate::server::context::Context;
use crate::server::fetch_session::Plan;
use crate::server::fetch_wants::{Key, TopicRef, Want};
use crate::server::interest::{Token, Wanted};
use crate::server::refusal::{self, Refused};
use crate::shard::{PartitionRead, Read, ReadLimits, Watch};

/// One partition of the fetch: what is wanted, from where, and what came of it.
pub(super) struct Item {
    pub token: Token,
    pub key: Rc<Key>,
    pub want: Want,
    target: Result<PartitionId, ErrorCode>,
    pub outcome: Result<PartitionRead, Refused>,
}

/// What a request says of all its partitions together.
pub(super) struct Limits {
    pub max_wait: Duration,
    pub min_bytes: usize,
    pub max_bytes: usize,
    pub committed_only: bool,
}

/// What was looked at so far.
#[derive(Default)]
struct Items {
    items: Vec<Item>,
    places: HashMap<Token, usize>,
}

/// Reads, and reads again what has changed, until there is enough or time is up.
pub(super) async fn read_until_enough(
    context: &Rc<Context>,
    plan: &Plan,
    limits: &Limits,
) -> Result<Vec<Item>, Close> {
    let deadline = clock::now().plus(limits.max_wait);
    let follows_nothing = plan.interest.borrow().is_empty();
    let mut looked_at = Items::default();
    loop {
        let room = limits.max_bytes.min(context.unsent.room());
        let fresh = looked_at.look(context, plan);
        read_all(context, &mut looked_at.items, &fresh, (limits, room)).await?;
        let is_over = clock::now() >= deadline || context.shard.is_stopping();
        let ends = follows_nothing || is_over || looked_at.is_enough(limits.min_bytes.min(room));
        // Outside of a session nobody comes back to what is watched.
        if !ends || plan.session != 0 {
            watch(context, plan, limits, (&looked_at.items, &fresh)).await?;
        }
        if ends {
            return Ok(looked_at.items);
        }
        wait_for_change(plan, deadline).await;
    }
}

impl Items {
    /// Takes up what there is reason to look at; gives the places of that.
    fn look(&mut self, context: &Context, plan: &Plan) -> Vec<usize> {
        let mut interest = plan.interest.borrow_mut();
        interest.hear();
        let ready = interest.ready();
        let mut fresh = Vec::with_capacity(ready.len());
        for wanted in ready {
            let item = resolve(context, wanted);
            let next = self.items.len();
            let place = *self.places.entry(item.token).or_insert(next);
            match self.items.get_mut(place) {
                Some(before) => *before = item,
                None => self.items.push(item),
            }
            fresh.push(place);
        }
        fresh
    }

    /// Whether there are so many bytes, or something to be told at once.
    fn is_enough(&self, min_bytes: usize) -> bool {
        let mut bytes = 0;
        for item in &self.items {
            match &item.outcome {
                Ok(read) => bytes += read.size,
                Err(_) => return true,
            }
        }
        bytes >= min_bytes
    }
}

fn resolve(context: &Context, wanted: Wanted) -> Item {
    let Wanted { token, key, want } = wanted;
    let image = context.shard.image();
    let topic = match &key.topic {
        TopicRef::Name(name) => image.topic(name).ok_or(ErrorCode::UnknownTopicOrPartition),
        TopicRef::Id(id) => image.topic_by_id(*id).ok_or(ErrorCode::UnknownTopicId),
    };
    let target = topic.and_then(|topic| match topic.partition(key.index) {
        Some(_) => Ok(PartitionId {
            topic: topic.id,
            index: key.index,
        }),
        None => Err(ErrorCode::UnknownTopicOrPartition),
    });
    let unread = target.err().unwrap_or(ErrorCode::UnknownServerError);
    drop(image);
    Item {
        token,
        key,
        want,
        target,
        outcome: Err(Refused::bare(unread)),
    }
}

/// Reads the items at `places`, up to `room` bytes of each.
async fn read_all(
    context: &Rc<Context>,
    items: &mut [Item],
    places: &[usize],
    (limits, room): (&Limits, usize),
) -> Result<(), Close> {
    let mut by_owner: BTreeMap<ShardId, (Vec<usize>, Vec<Read>)> = BTreeMap::new();
    for at in places {
        let item = &mut items[*at];
        let Ok(partition) = item.target else { continue };
        if item.want.fetch_offset < 0 {
            item.outcome = Err(Refused::bare(ErrorCode::OffsetOutOfRange));
            continue;
        }
        let owner = context.shard.router.owner(partition);
        let (places, reads) = by_owner.entry(owner).or_default();
        places.push(*at);
        reads.push(Read {
            partition,
            offset: Offset(item.want.fetch_offset),
            epoch: LeaderEpoch(item.want.leader_epoch),
            limits: ReadLimits {
                max_bytes: (item.want.max_bytes.max(0) as usize).min(room),
                whole_first: true,
                committed_only: limits.committed_only,
                from_files: true,
            },
        });
    }
    let shard = &context.shard;
    let (places, reads): (Vec<_>, Vec<_>) = by_owner
        .into_iter()
        .map(|(owner, (places, reads))| (places, (owner, reads)))
        .unzip();
    let replies = join_all(
        reads
            .into_iter()
            .map(|(owner, reads)| shard.read_from(owner, reads)),
    );
    for (places, outcomes) in places.into_iter().zip(replies.await) {
        for (at, outcome) in places
            .into_iter()
            .zip(outcomes.map_err(|_| Close::Stopping)?)
        {
            items[at].outcome = outcome.map_err(|refused| refusal::of_read(&refused));
        }
    }
    Ok(())
}

/// Watches those of the items at `places` that were read to their end.
async fn watch(
    context: &Rc<Context>,
    plan: &Plan,
    limits: &Limits,
    (items, places): (&[Item], &[usize]),
) -> Result<(), Close> {
    let mut by_owner: BTreeMap<ShardId, Vec<Watch>> = BTreeMap::new();
    let change = {
        let mut interest = plan.interest.borrow_mut();
        for item in places.iter().map(|at| &items[*at]) {
            let (Ok(partition), Ok(read)) = (item.target, &item.outcome) else {
                continue;
            };
            let marks = read.watermarks;
            let end = match limits.committed_only {
                true => marks.last_stable,
                false => marks.high,
            };
            let is_at_end = read.size == 0 && item.want.fetch_offset >= end.0;
            if is_at_end && interest.watch(item.token, &item.key) {
                let owner = context.shard.router.owner(partition);
                by_owner.entry(owner).or_default().push(Watch {
                    partition,
                    // Whatever moves the last stable offset moves this one.
                    seen: marks.high,
                    token: item.token,
                });
            }
        }
        interest.change()
    };
    for (owner, watches) in by_owner {
        let begun = context.shard.watch(owner, watches, change.clone());
        begun.await.map_err(|_| Close::Stopping)?;
    }
    Ok(())
}

/// Waits until something that is watched changes, or time is up.
async fn wait_for_change(plan: &Plan, deadline: Instant) {
    let changed = plan.interest.borrow().changed();
    let left = deadline.since(clock::now());
    if let Ok(Some(token)) = clock::timeout(left, changed.recv()).await {
        plan.interest.borrow_mut().heard(token);
    }
}
