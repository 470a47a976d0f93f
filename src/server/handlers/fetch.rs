//! Fetch, versions 4-18: sessions, long polling, soft size limits, and an answer that is a gather
//! list of slices and file ranges.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{join_all, select_all};

use crate::io::{clock, random};
use crate::model::{ErrorCode, Instant, LeaderEpoch, Offset, PartitionId, ShardId};
use crate::server::answer::{Answer, Close};
use crate::server::context::Context;
use crate::server::fetch_session::{Plan, SessionRefusal, SessionRequest};
use crate::server::fetch_wants::{Key, Told, TopicRef, Want};
use crate::server::pipeline::Promise;
use crate::server::refusal::{self, Refused};
use crate::shard::{PartitionRead, Read, ReadLimits};
use crate::wire::Incoming;
use crate::wire::api::fetch::{Request, Response};

use super::fetch_answer;

/// One partition of the fetch: what is wanted, from where, and what came of it.
pub(super) struct Item {
    pub key: Key,
    pub want: Want,
    target: Result<PartitionId, ErrorCode>,
    pub outcome: Result<PartitionRead, Refused>,
}

/// The parts of a request that outlive its frame.
struct Wanted {
    max_wait: Duration,
    min_bytes: usize,
    max_bytes: usize,
    committed_only: bool,
}

/// Decodes, consults the session, and promises the answer.
pub fn begin(context: &Rc<Context>, mut incoming: Incoming<'_>) -> Result<Promise, Close> {
    let request: Request<'_> = incoming.decode().map_err(Close::malformed)?;
    let (version, correlation) = (incoming.version(), incoming.header.correlation_id);
    let session = session_request(&request, version);
    let planned = context
        .fetch_sessions
        .borrow_mut()
        .plan(session, clock::now(), random::u64());
    let plan = match planned {
        Ok(plan) => plan,
        Err(refused) => {
            let error_code = session_error(refused).code();
            let response = Response {
                error_code,
                ..Response::default()
            };
            let answer = Answer::encode(correlation, &response, version);
            return Ok(Promise::small(0, async move { answer.map(Some) }));
        }
    };
    let limit = context.settings().fetch.answer_bytes_max;
    let wanted = Wanted {
        max_wait: Duration::from_millis(request.max_wait_ms.max(0) as u64),
        min_bytes: request.min_bytes.max(0) as usize,
        max_bytes: (request.max_bytes.max(0) as usize).min(limit),
        committed_only: request.isolation_level == 1,
    };
    let context = context.clone();
    Ok(Promise::new(wanted.max_bytes, async move {
        let items = read_until_enough(&context, &plan, &wanted).await?;
        let max_bytes = wanted.max_bytes.min(context.unsent.room());
        let answer = fetch_answer::build(&context, &plan, items, max_bytes);
        answer.encode(correlation, version).map(Some)
    }))
}

fn session_request(request: &Request<'_>, version: i16) -> SessionRequest {
    let by_id = version >= 13;
    let topic_ref = |name: &str, id| match by_id {
        true => TopicRef::Id(id),
        false => TopicRef::Name(name.to_owned()),
    };
    let mut wants = Vec::new();
    for topic in &request.topics {
        let named = topic_ref(&topic.topic, topic.topic_id);
        wants.extend(topic.partitions.iter().map(|partition| {
            let want = Want {
                fetch_offset: partition.fetch_offset,
                max_bytes: partition.partition_max_bytes,
                leader_epoch: partition.current_leader_epoch,
                last_fetched_epoch: partition.last_fetched_epoch,
            };
            (
                Key {
                    topic: named.clone(),
                    index: partition.partition,
                },
                want,
            )
        }));
    }
    let mut forgotten = Vec::new();
    for topic in &request.forgotten_topics_data {
        let named = topic_ref(&topic.topic, topic.topic_id);
        let keys = topic.partitions.iter();
        forgotten.extend(keys.map(|index| Key {
            topic: named.clone(),
            index: *index,
        }));
    }
    let (id, epoch) = (request.session_id, request.session_epoch);
    SessionRequest {
        id,
        epoch,
        by_id,
        wants,
        forgotten,
    }
}

fn session_error(refused: SessionRefusal) -> ErrorCode {
    match refused {
        SessionRefusal::NotFound => ErrorCode::FetchSessionIdNotFound,
        SessionRefusal::InvalidEpoch => ErrorCode::InvalidFetchSessionEpoch,
        SessionRefusal::TopicIdMix => ErrorCode::FetchSessionTopicIdError,
    }
}

/// Reads, and reads again whenever something moved, until there is enough or time is up.
async fn read_until_enough(
    context: &Rc<Context>,
    plan: &Plan,
    wanted: &Wanted,
) -> Result<Vec<Item>, Close> {
    let deadline = clock::now().plus(wanted.max_wait);
    loop {
        let mut items = resolve(context, plan);
        let room = wanted.max_bytes.min(context.unsent.room());
        read_all(context, &mut items, wanted, room).await?;
        let failed = items.iter().any(|item| item.outcome.is_err());
        let bytes: usize = items
            .iter()
            .filter_map(|i| Some(i.outcome.as_ref().ok()?.size))
            .sum();
        let enough = bytes >= wanted.min_bytes.min(room) || items.is_empty();
        if failed || enough || clock::now() >= deadline || context.shard.is_stopping() {
            return Ok(items);
        }
        wait_for_progress(context, &items, deadline).await?;
    }
}

fn resolve(context: &Context, plan: &Plan) -> Vec<Item> {
    let image = context.shard.image();
    let target = |key: &Key| {
        let topic = match &key.topic {
            TopicRef::Name(name) => image
                .topic(name)
                .ok_or(ErrorCode::UnknownTopicOrPartition)?,
            TopicRef::Id(id) => image.topic_by_id(*id).ok_or(ErrorCode::UnknownTopicId)?,
        };
        match topic.partition(key.index) {
            Some(_) => Ok(PartitionId {
                topic: topic.id,
                index: key.index,
            }),
            None => Err(ErrorCode::UnknownTopicOrPartition),
        }
    };
    let items = plan.wants.iter().map(|(key, want)| {
        let target = target(key);
        let unread = target.err().unwrap_or(ErrorCode::UnknownServerError);
        Item {
            key: key.clone(),
            want: *want,
            target,
            outcome: Err(Refused::bare(unread)),
        }
    });
    items.collect()
}

/// Reads all partitions, up to `max_bytes` of each.
async fn read_all(
    context: &Rc<Context>,
    items: &mut [Item],
    wanted: &Wanted,
    max_bytes: usize,
) -> Result<(), Close> {
    let mut by_owner: BTreeMap<ShardId, (Vec<usize>, Vec<Read>)> = BTreeMap::new();
    for (at, item) in items.iter_mut().enumerate() {
        let Ok(partition) = item.target else { continue };
        if item.want.fetch_offset < 0 {
            item.outcome = Err(Refused::bare(ErrorCode::OffsetOutOfRange));
            continue;
        }
        let owner = context.shard.router.owner(partition);
        let (places, reads) = by_owner.entry(owner).or_default();
        places.push(at);
        reads.push(Read {
            partition,
            offset: Offset(item.want.fetch_offset),
            epoch: LeaderEpoch(item.want.leader_epoch),
            limits: ReadLimits {
                max_bytes: (item.want.max_bytes.max(0) as usize).min(max_bytes),
                whole_first: true,
                committed_only: wanted.committed_only,
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

async fn wait_for_progress(
    context: &Rc<Context>,
    items: &[Item],
    deadline: Instant,
) -> Result<(), Close> {
    let mut seen: BTreeMap<ShardId, Vec<(PartitionId, Offset)>> = BTreeMap::new();
    for item in items {
        if let (Ok(partition), Ok(read)) = (&item.target, &item.outcome) {
            let owner = context.shard.router.owner(*partition);
            seen.entry(owner)
                .or_default()
                .push((*partition, read.watermarks.high));
        }
    }
    let left = deadline.since(clock::now());
    let waits = seen
        .into_iter()
        .map(|(owner, seen)| Box::pin(context.shard.progress_on(owner, seen)));
    match clock::timeout(left, select_all(waits)).await {
        Ok((Err(_), _, _)) => Err(Close::Stopping),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What the answer tells a session about a partition.
pub(super) fn told(item: &Item) -> (Told, bool) {
    match &item.outcome {
        Ok(read) => {
            let marks = read.watermarks;
            (
                Told {
                    high: marks.high.0,
                    log_start: marks.log_start.0,
                },
                read.size > 0,
            )
        }
        Err(_) => (
            Told {
                high: -1,
                log_start: -1,
            },
            true,
        ),
    }
}
