use std::rc::Rc;

use super::Options;
use super::options::Start;
use crate::cli::complaint::Complaint;
use crate::client::{Cluster, Position, Reset, Topic, offsets};

/// Where reading starts, of which `--from-beginning`, `--offset` and `auto.offset.reset` may say
/// something. The last two may not contradict each other.
pub fn start(options: &Options, reset: Option<Reset>) -> Result<Start, Complaint> {
    match (options.offset, options.from_beginning, reset) {
        (None, true, Some(Reset::Latest)) => Err(Complaint::new(
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please \
             remove one option",
        )),
        (Some(start), _, _) => Ok(start),
        (None, true, _) | (None, false, Some(Reset::Earliest)) => Ok(Start::Earliest),
        (None, false, _) => Ok(Start::Latest),
    }
}

/// The positions of a topic's partitions, or of the one that was asked for.
pub async fn positions(
    cluster: &Cluster,
    topic: &Topic,
    partition: Option<i32>,
    start: Start,
) -> Result<Vec<Position>, Complaint> {
    let all = topic.partitions.iter().map(|partition| partition.index);
    let chosen: Vec<i32> = partition.map_or_else(|| all.collect(), |partition| vec![partition]);
    let absent = |index: &&i32| topic.partition(**index).is_none();
    if let Some(missing) = chosen.iter().find(absent) {
        let count = topic.partitions.len();
        return Err(Complaint::new(format!(
            "topic {} has no partition {missing}: it has {count}, counted from 0",
            topic.name
        )));
    }
    let name: Rc<str> = topic.name.as_str().into();
    let position = |partition: i32, offset: i64| Position {
        topic: name.clone(),
        partition,
        offset,
    };
    let end = match start {
        Start::At(offset) => {
            let positions = chosen.into_iter().map(|index| position(index, offset));
            return Ok(positions.collect());
        }
        Start::Earliest => offsets::EARLIEST,
        Start::Latest => offsets::LATEST,
    };
    let failed = |fault| Complaint::new(format!("cannot read topic {}: {fault}", topic.name));
    let listed = offsets::list(cluster, &topic.name, &chosen, end).await;
    let mut positions = Vec::new();
    for listed in listed.map_err(failed)? {
        let offset = listed.result.map_err(failed)?;
        positions.push(position(listed.partition, offset.unwrap_or(0)));
    }
    Ok(positions)
}
