//! DescribeLogDirs, versions 1-5: what each log directory holds, and its volume.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::io::fs;
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::shard::{LogDir, Shard};
use crate::wire::Text;
use crate::wire::api::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic, Request as Body,
    Response,
};

/// Topics and their partitions; `None` for all there are.
type Filter = Option<BTreeMap<String, BTreeSet<i32>>>;

/// Place of the log directory, topic, partition, bytes.
type Held = (usize, String, i32, u64);

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let filter: Arc<Filter> = Arc::new(filter(&body));
    let shard = &request.context.shard;
    let held = shard.gather(move |shard| {
        let filter = filter.clone();
        Box::pin(async move { held(&shard, &filter) })
    });
    let held = held.await.map_err(|_| Close::Stopping)?;
    let held: Vec<Held> = held.into_iter().flatten().collect();
    let mut results = Vec::new();
    for dir in shard.dirs.logs() {
        results.push(described(dir, &held).await);
    }
    let response = Response {
        results,
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

/// One directory; nothing is known of a failed one.
async fn described(dir: &LogDir, held: &[Held]) -> DescribeLogDirsResult<'static> {
    let mut result = DescribeLogDirsResult {
        log_dir: Text::from(dir.path.display().to_string()),
        ..Default::default()
    };
    let space = match dir.is_online() {
        true => fs::total_space(&dir.path)
            .await
            .ok()
            .zip(fs::free_space(&dir.path).await.ok()),
        false => None,
    };
    match space {
        Some((total, free)) => {
            (result.total_bytes, result.usable_bytes) = (signed(total), signed(free));
            result.topics = topics(held.iter().filter(|held| held.0 == dir.index));
        }
        None => result.error_code = ErrorCode::KafkaStorageError.code(),
    }
    result
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
            let topic = name.topic.to_string();
            (partition.dir.index, topic, name.index, partition.size())
        })
        .collect()
}

pub(super) fn topics<'a>(
    held: impl Iterator<Item = &'a Held>,
) -> Vec<DescribeLogDirsTopic<'static>> {
    let mut topics: BTreeMap<String, Vec<DescribeLogDirsPartition<'static>>> = BTreeMap::new();
    for (_, topic, partition_index, bytes) in held {
        topics
            .entry(topic.clone())
            .or_default()
            .push(DescribeLogDirsPartition {
                partition_index: *partition_index,
                partition_size: signed(*bytes),
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
