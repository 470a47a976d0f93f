use std::collections::BTreeMap;

use super::broker::Broker;
use super::command::{Decision, Reply};
use super::image::Image;
use super::topic::Partition;
use crate::model::{NodeId, PartitionId, Uuid};
use crate::wire::metadata::Record;
use crate::wire::metadata::broker::BrokerRegistrationChangeRecord;
use crate::wire::metadata::partition::PartitionChangeRecord;

/// Ids below this one stand for no directory: not chosen yet (0), lost (1), on the move (2)
/// (`DirectoryId`).
const RESERVED: u128 = 100;

/// Whether the id is that of a directory.
pub fn is_directory(id: Uuid) -> bool {
    u128::from_be_bytes(*id.as_bytes()) >= RESERVED
}

impl Partition {
    /// The log directory in which a node holds the partition; the zero id where that is not known.
    pub fn directory_of(&self, node: NodeId) -> Uuid {
        let mut holders = self.assignment.replicas.iter().zip(&self.directories);
        let found = holders.find(|(replica, _)| **replica == node);
        found.map_or(Uuid::ZERO, |(_, directory)| *directory)
    }

    /// Replicas that nobody can reach: of brokers that are gone or fenced, or in a directory that
    /// its broker has lost (`KRaftMetadataCache.getOfflineReplicas`).
    pub fn offline_replicas(&self, image: &Image) -> Vec<NodeId> {
        let is_online = |node: &NodeId| {
            let broker = image.broker(*node).filter(|broker| !broker.fenced);
            broker.is_some_and(|broker| broker.has_online(self.directory_of(*node)))
        };
        let replicas = self.assignment.replicas.iter();
        replicas.filter(|node| !is_online(node)).copied().collect()
    }
}

impl Broker {
    /// Whether what lies in this directory can be served, as far as the broker has told.
    pub fn has_online(&self, directory: Uuid) -> bool {
        self.log_dirs.is_empty() || !is_directory(directory) || self.log_dirs.contains(&directory)
    }
}

/// How many partitions each log directory holds; counted only where a broker has several.
#[derive(Debug, Default)]
pub struct Occupancy(BTreeMap<Uuid, usize>);

impl Occupancy {
    pub fn of(image: &Image) -> Occupancy {
        let mut counts = BTreeMap::new();
        if image.brokers().any(|broker| broker.log_dirs.len() > 1) {
            let partitions = image.topics().flat_map(|topic| &topic.partitions);
            for directory in partitions.flat_map(|partition| &partition.directories) {
                *counts.entry(*directory).or_default() += 1;
            }
        }
        Occupancy(counts)
    }

    /// The directory of the broker with the fewest partitions, the first of several
    /// (`LogManager.nextLogDirs`).
    pub fn emptiest(&self, broker: &Broker) -> Uuid {
        let count = |directory: &&Uuid| self.0.get(*directory).copied().unwrap_or(0);
        broker
            .log_dirs
            .iter()
            .min_by_key(count)
            .copied()
            .unwrap_or(Uuid::ZERO)
    }

    /// Gives new partitions their directories, one after the other.
    pub fn settle(&mut self, image: &Image, partitions: &mut [Partition]) {
        for partition in partitions {
            let replicas = partition.assignment.replicas.iter();
            let homes = replicas.map(|node| match image.broker(*node) {
                Some(broker) => {
                    let home = self.emptiest(broker);
                    *self.0.entry(home).or_default() += 1;
                    home
                }
                None => Uuid::ZERO,
            });
            partition.directories = homes.collect();
        }
    }
}

/// A broker has found partitions in other directories than the records say
/// (AssignReplicasToDirs). What it does not hold is passed over.
pub fn assign_log_dirs(image: &Image, node: NodeId, found: &[(PartitionId, Uuid)]) -> Decision {
    let change = |(id, directory): &(PartitionId, Uuid)| {
        let partition = image.partition(*id)?;
        let replicas = &partition.assignment.replicas;
        let place = replicas.iter().position(|replica| *replica == node)?;
        let mut directories = partition.directories.clone();
        directories.resize(replicas.len(), Uuid::ZERO);
        let before = directories.get_mut(place)?;
        (std::mem::replace(before, *directory) != *directory).then_some(())?;
        let directories = Some(directories);
        let body = PartitionChangeRecord {
            directories,
            ..blank(*id)
        };
        Some(body.into())
    };
    Decision {
        records: found.iter().filter_map(change).collect(),
        reply: Reply::LogDirsChanged,
    }
}

/// A broker has lost directories: these are left. What it led in a lost one has no leader any more
/// (`ReplicationControlManager.handleDirectoriesOffline`).
pub fn lose_log_dirs(image: &Image, node: NodeId, online: &[Uuid]) -> Decision {
    let mut records = Vec::new();
    if let Some(broker) = image.broker(node)
        && broker.log_dirs != online
    {
        let body = BrokerRegistrationChangeRecord {
            broker_id: node.0,
            broker_epoch: broker.epoch,
            log_dirs: online.to_vec(),
            ..Default::default()
        };
        records.push(body.into());
    }
    records.extend(leaderless(image, node, online));
    Decision {
        records,
        reply: Reply::LogDirsChanged,
    }
}

/// Takes the lead from a node in everything that it holds in none of these directories.
fn leaderless(image: &Image, node: NodeId, online: &[Uuid]) -> Vec<Record<'static>> {
    let mut records = Vec::new();
    for topic in image.topics() {
        for (index, partition) in topic.numbered() {
            let directory = partition.directory_of(node);
            let is_lost = is_directory(directory) && !online.contains(&directory);
            if is_lost && partition.leader() == Some(node) {
                let id = PartitionId {
                    topic: topic.id,
                    index,
                };
                records.push(led_by(id, NodeId::NONE));
            }
        }
    }
    records
}

/// The record that gives a partition another leader, or the same one under the next epoch.
pub(super) fn led_by(id: PartitionId, leader: NodeId) -> Record<'static> {
    let leader = leader.0;
    PartitionChangeRecord {
        leader,
        ..blank(id)
    }
    .into()
}

fn blank(id: PartitionId) -> PartitionChangeRecord<'static> {
    PartitionChangeRecord {
        partition_id: id.index,
        topic_id: id.topic,
        ..Default::default()
    }
}
