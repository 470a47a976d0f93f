//! From a frame to the handler of its API.

use std::rc::Rc;

use bytes::Bytes;

use super::answer::{Answer, Close};
use super::context::{Context, Session};
use super::handlers;
use super::pipeline::Promise;
use crate::shard::{LocalFuture, Permit};
use crate::wire::{ApiKey, Incoming, versions};

/// One request, whole, for handlers that go on after the reader has taken the next one.
pub struct Request {
    pub context: Rc<Context>,
    pub session: Rc<Session>,
    pub frame: Bytes,
}

impl Request {
    /// Header and body. `begin` has parsed the frame before, so it parses again.
    pub fn incoming(&self) -> Result<Incoming<'_>, Close> {
        Incoming::parse(&self.frame).map_err(|why| Close::Malformed(why.to_string()))
    }
}

/// Starts a request. When this resolves, the order of its effects against the connection's next
/// request is settled where order matters (produce); the promise is the answer.
pub async fn begin(
    context: &Rc<Context>,
    session: &Rc<Session>,
    frame: Bytes,
    permit: Permit,
) -> Result<Promise, Close> {
    let incoming = Incoming::parse(&frame).map_err(|why| Close::Malformed(why.to_string()))?;
    note_client(session, &incoming);
    let (key, version) = (incoming.key, incoming.version());
    let served = versions::served(key).is_some_and(|range| range.contains(&version));
    match key {
        ApiKey::ApiVersions => return handlers::api_versions::begin(context, incoming),
        _ if !served => {
            return Err(Close::Unsupported {
                key: key.number(),
                version,
            });
        }
        ApiKey::Produce => {
            return handlers::produce::begin(context, &frame, incoming, permit).await;
        }
        ApiKey::Fetch => return handlers::fetch::begin(context, incoming),
        _ => {}
    }
    let (context, session) = (context.clone(), session.clone());
    let request = Request {
        context,
        session,
        frame: frame.clone(),
    };
    let answer = answer(key, request).ok_or(Close::Unsupported {
        key: key.number(),
        version,
    })?;
    Ok(Box::pin(
        async move { Ok(Some(answer.await?.holding(permit))) },
    ))
}

type Answering = LocalFuture<Result<Answer, Close>>;

/// The handlers that need no order among each other.
fn answer(key: ApiKey, request: Request) -> Option<Answering> {
    use handlers::*;
    Some(match key {
        ApiKey::ListOffsets => Box::pin(list_offsets::answer(request)),
        ApiKey::Metadata => Box::pin(metadata::answer(request)),
        ApiKey::CreateTopics => Box::pin(create_topics::answer(request)),
        ApiKey::DeleteTopics => Box::pin(delete_topics::answer(request)),
        ApiKey::DeleteRecords => Box::pin(delete_records::answer(request)),
        ApiKey::InitProducerId => Box::pin(init_producer_id::answer(request)),
        ApiKey::OffsetForLeaderEpoch => Box::pin(offset_for_leader_epoch::answer(request)),
        _ => return None,
    })
}

/// Remembers who speaks, for the log; a client id is as long as its sender likes.
fn note_client(session: &Session, incoming: &Incoming<'_>) {
    let id = incoming.header.client_id.as_deref().unwrap_or_default();
    let mut known = session.client.borrow_mut();
    if *known != id {
        known.clear();
        known.extend(id.chars().take(64));
    }
}
