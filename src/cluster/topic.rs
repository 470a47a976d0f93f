use crate::model::{Assignment, NodeId, TopicId, TopicName, Uuid};

/// A topic as the cluster sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic {
    pub id: TopicId,
    pub name: TopicName,
    /// By index: partitions are numbered from 0 without gaps.
    pub partitions: Vec<Partition>,
}

/// One partition: who holds it, and in which log directory of each holder it lives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition {
    pub assignment: Assignment,
    /// In the order of the replicas; [`Uuid::ZERO`] where the holder has not chosen yet.
    pub directories: Vec<Uuid>,
}

impl Topic {
    pub fn partition(&self, index: i32) -> Option<&Partition> {
        self.partitions.get(usize::try_from(index).ok()?)
    }

    pub fn partition_count(&self) -> i32 {
        i32::try_from(self.partitions.len()).unwrap_or(i32::MAX)
    }

    /// Replicas of the first partition, which is how Kafka tells a topic's replication factor.
    pub fn replication(&self) -> usize {
        self.partitions
            .first()
            .map_or(0, |partition| partition.assignment.replicas.len())
    }

    /// Partitions with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (i32, &Partition)> {
        (0..).zip(&self.partitions)
    }
}

impl Partition {
    pub fn leader(&self) -> Option<NodeId> {
        Some(self.assignment.leader).filter(|leader| *leader != NodeId::NONE)
    }
}
