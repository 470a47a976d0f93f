use super::image::Image;
use super::refusal::Refusal;
use super::topic::Partition;
use crate::model::{Assignment, LeaderEpoch, NodeId, Uuid};

/// Chooses replicas for `count` new partitions. Neighbouring partitions start at neighbouring
/// brokers, the first one where `dice` says; fenced brokers are taken only when the others do not
/// suffice (`StripedReplicaPlacer`, without racks).
///
/// ```text
/// brokers 1 2 3, replication 2, dice 1:   0 -> 2 3    1 -> 3 1    2 -> 1 2
/// ```
pub fn place(
    image: &Image,
    count: usize,
    replication: i16,
    dice: u64,
) -> Result<Vec<Vec<NodeId>>, Refusal> {
    let ids = |fenced: bool| -> Vec<NodeId> {
        image
            .brokers()
            .filter(|broker| broker.fenced == fenced)
            .map(|broker| broker.id)
            .collect()
    };
    let (usable, fenced) = (ids(false), ids(true));
    let wanted = usize::try_from(replication).unwrap_or(0);
    if usable.is_empty() {
        return Err(Refusal::AllBrokersFenced {
            wanted: replication,
        });
    }
    let brokers = usable.len() + fenced.len();
    if wanted > brokers {
        return Err(Refusal::TooFewBrokers {
            wanted: replication,
            brokers,
        });
    }
    let start = usize::try_from(dice % usable.len() as u64).unwrap_or(0);
    let replicas = |index: usize| {
        let rotated = |ids: &[NodeId]| -> Vec<NodeId> {
            let from = (start + index) % ids.len().max(1);
            ids.iter()
                .chain(ids)
                .skip(from)
                .take(ids.len())
                .copied()
                .collect()
        };
        rotated(&usable)
            .into_iter()
            .chain(rotated(&fenced))
            .take(wanted)
            .collect()
    };
    Ok((0..count).map(replicas).collect())
}

/// A new partition on these replicas: those that are not fenced are in sync, the first of them
/// leads. Their log directories are chosen later. `None` when all are fenced.
pub fn first_state(image: &Image, replicas: Vec<NodeId>) -> Option<Partition> {
    let is_usable = |id: &NodeId| image.broker(*id).is_some_and(|broker| !broker.fenced);
    let in_sync: Vec<NodeId> = replicas.iter().copied().filter(is_usable).collect();
    let leader = *in_sync.first()?;
    let directories = vec![Uuid::ZERO; replicas.len()];
    let leader_epoch = LeaderEpoch(0);
    let assignment = Assignment {
        replicas,
        in_sync,
        leader,
        leader_epoch,
        partition_epoch: 0,
    };
    Some(Partition {
        assignment,
        directories,
    })
}
