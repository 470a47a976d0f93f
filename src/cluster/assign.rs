use std::collections::BTreeMap;

use super::image::Image;
use super::placement::first_state;
use super::refusal::AssignmentFault;
use super::topic::Partition;
use crate::model::NodeId;

/// The partitions of a topic whose replicas the request names, by partition number
/// (`ReplicationControlManager.createTopic`).
pub fn assigned(
    image: &Image,
    assignments: &[(i32, Vec<i32>)],
) -> Result<Vec<Partition>, AssignmentFault> {
    let mut numbered: BTreeMap<i32, Partition> = BTreeMap::new();
    let mut expected = None;
    for (index, replicas) in assignments {
        if numbered.contains_key(index) {
            return Err(AssignmentFault::Repeated(*index));
        }
        let replicas = check(image, replicas, expected)?;
        expected = Some(replicas.len());
        let state = first_state(image, replicas).ok_or(AssignmentFault::AllFenced(*index))?;
        numbered.insert(*index, state);
    }
    if !numbered.keys().copied().eq((0..).take(numbered.len())) {
        return Err(AssignmentFault::NotConsecutive);
    }
    Ok(numbered.into_values().collect())
}

/// The partitions that follow `from`, on the replicas that the request names.
pub fn assigned_more(
    image: &Image,
    from: i32,
    replication: usize,
    assignments: &[Vec<i32>],
) -> Result<Vec<Partition>, AssignmentFault> {
    let one = |(index, replicas): (i32, &Vec<i32>)| {
        let replicas = check(image, replicas, Some(replication))?;
        first_state(image, replicas).ok_or(AssignmentFault::AllFenced(index))
    };
    (from..).zip(assignments).map(one).collect()
}

/// Replicas that exist, each once, as many as those of the partitions before
/// (`validateManualPartitionAssignment`).
fn check(
    image: &Image,
    replicas: &[i32],
    expected: Option<usize>,
) -> Result<Vec<NodeId>, AssignmentFault> {
    if replicas.is_empty() {
        return Err(AssignmentFault::Empty);
    }
    let mut sorted = replicas.to_vec();
    sorted.sort_unstable();
    let mut previous = None;
    for id in sorted {
        if image.broker(NodeId(id)).is_none() {
            return Err(AssignmentFault::UnknownBroker(id));
        }
        if previous == Some(id) {
            return Err(AssignmentFault::RepeatedBroker(id));
        }
        previous = Some(id);
    }
    match expected {
        Some(expected) if expected != replicas.len() => Err(AssignmentFault::OtherReplication {
            found: replicas.len(),
            expected,
        }),
        _ => Ok(replicas.iter().copied().map(NodeId).collect()),
    }
}
