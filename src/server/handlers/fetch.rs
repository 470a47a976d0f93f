//! Fetch, versions 4-18: sessions, long polling, soft size limits, and an answer that is a gather
//! list of slices and file ranges.

use std::rc::Rc;
use std::time::Duration;

use crate::io::{clock, random};
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::context::Context;
use crate::server::fetch_session::{SessionRefusal, SessionRequest};
use crate::server::fetch_wants::{Key, TopicRef, Want};
use crate::server::pipeline::Promise;
use crate::wire::Incoming;
use crate::wire::api::fetch::{Request, Response};

use super::fetch_answer;
use super::fetch_read::{Limits, read_until_enough};

/// What a fetch takes while it waits for records, and what each partition adds, about.
const PARKED_BYTES: usize = 1 << 10;
const PARKED_PARTITION_BYTES: usize = 512;

/// What a partition adds to an answer beside its records, bytes.
const ENTRY_BYTES: usize = 64;

/// A fetch for which there is no memory to wait looks once. If there is nothing, its answer says
/// so this late: the client comes back no sooner than it would have, and hears of records later.
const UNPARKED_WAIT_MAX: Duration = Duration::from_secs(1);

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
    let max_wait = Duration::from_millis(request.max_wait_ms.max(0) as u64);
    let partitions = plan.interest.borrow().len();
    let looked_at = plan.interest.borrow().ready_len();
    let parked = context.parked.take_now(parked_bytes(looked_at));
    let limits = Limits {
        max_wait: parked.as_ref().map_or(Duration::ZERO, |_| max_wait),
        min_bytes: request.min_bytes.max(0) as usize,
        max_bytes: (request.max_bytes.max(0) as usize).min(limit),
        committed_only: request.isolation_level == 1,
    };
    let context = context.clone();
    let bytes_max = limits.max_bytes.max(partitions * ENTRY_BYTES);
    Ok(Promise::new(bytes_max, async move {
        let items = read_until_enough(&context, &plan, &limits).await?;
        let max_bytes = limits.max_bytes.min(context.unsent.room());
        let answer = fetch_answer::build(&plan, items, max_bytes);
        drop(plan);
        let answer = answer.encode(correlation, version)?;
        if parked.is_none() && answer.payload_bytes() == 0 {
            clock::sleep(max_wait.min(UNPARKED_WAIT_MAX)).await;
        }
        Ok(Some(answer))
    }))
}

/// What a fetch that looks at so many partitions takes while it waits, about. What its session
/// keeps of them counts elsewhere.
fn parked_bytes(partitions: usize) -> usize {
    PARKED_BYTES + partitions * PARKED_PARTITION_BYTES
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
