//! DescribeLogDirs, versions 1-5: what the data directory holds, and its volume.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::io::fs;
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::shard::Shard;
use crate::wire::Text;
use crate::wire::api::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic, Request as Body,
    Response,
};

/// Topics and their partitions; `None` for all there are.
type Filter = Option<BTreeMap<String, BTreeSet<i32>>>;

/// Topic, partition, bytes.
type Held = (String, i32, u64);

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let filter: Arc<Filter> = Arc::new(filter(&body));
    let shard = &request.context.shard;
    let held = shard.gather(move |shard| {
        let filter = filter.clone();
        Box::pin(async move { held(&shard, &filter) })
    });
    let held = held
        .await
        .map_err(|_| Close::Stopping)?
        .into_iter()
        .flatten();
    let mut result = DescribeLogDirsResult {
        log_dir: Text::from(shard.data.display().to_string()),
        ..Default::default()
    };
    let total = fs::total_space(&shard.data).await;
    match (total, fs::free_space(&shard.data).await) {
        (Ok(total), Ok(free)) => {
            (result.total_bytes, result.usable_bytes) = (signed(total), signed(free));
            result.topics = topics(held);
        }
        (Err(_), _) | (_, Err(_)) => result.error_code = ErrorCode::KafkaStorageError.code(),
    }
    let response = Response {
        results: vec![result],
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn filter(body: &Body<'_>) -> Filter {
    let mut wanted: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for topic in body.topics.as_ref()? {
        let partitions = wanted.entry(topic.topic.to_string()).or_default();
        partitions.extend(&topic.partitions);
    }
    Some(wanted)
}

fn held(shard: &Shard, filter: &Filter) -> Vec<Held> {
    let is_wanted = |topic: &str, index: i32| match filter {
        None => true,
        Some(wanted) => wanted.get(topic).is_some_and(|some| some.contains(&index)),
    };
    let partitions = shard.partitions().into_iter();
    partitions
        .filter(|partition| is_wanted(&partition.name.topic, partition.name.index))
        .map(|partition| {
            let name = &partition.name;
            (name.topic.to_string(), name.index, partition.size())
        })
        .collect()
}

pub(super) fn topics(held: impl Iterator<Item = Held>) -> Vec<DescribeLogDirsTopic<'static>> {
    let mut topics: BTreeMap<String, Vec<DescribeLogDirsPartition<'static>>> = BTreeMap::new();
    for (topic, partition_index, bytes) in held {
        topics
            .entry(topic)
            .or_default()
            .push(DescribeLogDirsPartition {
                partition_index,
                partition_size: signed(bytes),
                ..Default::default()
            });
    }
    let shown = topics.into_iter().map(|(name, mut partitions)| {
        partitions.sort_unstable_by_key(|partition| partition.partition_index);
        DescribeLogDirsTopic {
            name: Text::from(name),
            partitions,
            ..Default::default()
        }
    });
    shown.collect()
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
