//! From a frame to the handler of its API.

use std::rc::Rc;

use bytes::Bytes;

use super::answer::{Answer, Close};
use super::arrivals::{Arrived, UNFINISHED_FREE_BYTES};
use super::context::{Context, Session};
use super::handlers;
use super::pipeline::Promise;
use crate::shard::LocalFuture;
use crate::wire::{ApiKey, Incoming, versions};

/// What an answer may come to that is not a fetch's, bytes: decides how many are made at once.
const ANSWER_BYTES_USUAL: usize = 1 << 20;

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
    arrived: Arrived,
) -> Result<Promise, Close> {
    let Arrived { frame, permit } = arrived;
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
        frame: keep(&frame),
    };
    let handler = handler(key).ok_or(Close::Unsupported {
        key: key.number(),
        version,
    })?;
    let answer = handler(request);
    let answer = async move { Ok(Some(answer.await?.holding(permit))) };
    Ok(Promise::new(ANSWER_BYTES_USUAL, answer))
}

/// A frame for as long as its answer takes. A small one is copied, as a slice would keep the whole
/// buffer that it came in.
fn keep(frame: &Bytes) -> Bytes {
    if frame.len() < UNFINISHED_FREE_BYTES {
        Bytes::copy_from_slice(frame)
    } else {
        frame.clone()
    }
}

type Handler = fn(Request) -> LocalFuture<Result<Answer, Close>>;

/// The handlers that need no order among each other.
fn handler(key: ApiKey) -> Option<Handler> {
    use handlers::*;
    macro_rules! table {
        ($($key:ident: $module:ident;)*) => {
            match key {
                $(ApiKey::$key => Some(|request| Box::pin($module::answer(request))),)*
                _ => None,
            }
        };
    }
    table! {
        AlterConfigs: alter_configs;
        CreateAcls: create_acls;
        CreatePartitions: create_partitions;
        CreateTopics: create_topics;
        DeleteAcls: delete_acls;
        DeleteRecords: delete_records;
        DeleteTopics: delete_topics;
        DescribeAcls: describe_acls;
        DescribeClientQuotas: describe_client_quotas;
        DescribeCluster: describe_cluster;
        DescribeConfigs: describe_configs;
        DescribeLogDirs: describe_log_dirs;
        DescribeProducers: describe_producers;
        DescribeQuorum: describe_quorum;
        DescribeTopicPartitions: describe_topic_partitions;
        DescribeUserScramCredentials: describe_user_scram_credentials;
        ElectLeaders: elect_leaders;
        IncrementalAlterConfigs: incremental_alter_configs;
        InitProducerId: init_producer_id;
        ListConfigResources: list_config_resources;
        ListGroups: list_groups;
        ListOffsets: list_offsets;
        ListPartitionReassignments: list_partition_reassignments;
        ListTransactions: list_transactions;
        Metadata: metadata;
        OffsetForLeaderEpoch: offset_for_leader_epoch;
        UnregisterBroker: unregister_broker;
        UpdateFeatures: update_features;
    }
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

#[cfg(test)]
mod tests {
    use super::handler;
    use crate::wire::{ApiKey, versions};

    /// Those that `begin` hands on itself, before the order of requests is lost.
    const BEGUN_IN_ORDER: [ApiKey; 3] = [ApiKey::ApiVersions, ApiKey::Produce, ApiKey::Fetch];

    #[test]
    fn what_is_served_has_a_handler_and_nothing_else_has() {
        let mut handled = BEGUN_IN_ORDER.to_vec();
        handled.extend(versions::known_keys().filter(|key| handler(*key).is_some()));
        handled.sort();
        let served: Vec<ApiKey> = versions::served_keys().collect();
        assert_eq!(handled, served);
    }
}
