use std::collections::{BTreeMap, BTreeSet};

use super::topic::Topic;
use crate::model::{PartitionId, TopicId, TopicName};

/// What a run of records changed in an image, to be acted on in the order of the fields.
/// Contradictions are resolved: a topic created and deleted in the same run shows nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Delta {
    /// As they were before, so that their partitions can be found and closed.
    pub topics_deleted: BTreeMap<TopicId, Topic>,
    /// With all partitions that they have in the image by now.
    pub topics_created: BTreeSet<TopicId>,
    /// New partitions of topics that were there before.
    pub partitions_created: BTreeSet<PartitionId>,
    /// Replicas, leader or epochs are others than before.
    pub partitions_changed: BTreeSet<PartitionId>,
    /// Settings of topics that were there before.
    pub topics_configured: BTreeSet<TopicName>,
    /// Dynamic settings of a broker or the cluster's default.
    pub brokers_configured: bool,
    /// Brokers came, went, or advertise something else.
    pub brokers_changed: bool,
    pub features_changed: bool,
}

impl Delta {
    pub fn is_empty(&self) -> bool {
        *self == Delta::default()
    }

    pub(super) fn topic_deleted(&mut self, topic: Topic) {
        let id = topic.id;
        self.partitions_created
            .retain(|partition| partition.topic != id);
        self.partitions_changed
            .retain(|partition| partition.topic != id);
        self.topics_configured.remove(&topic.name);
        if !self.topics_created.remove(&id) {
            self.topics_deleted.insert(id, topic);
        }
    }

    pub(super) fn partition_created(&mut self, partition: PartitionId) {
        if !self.topics_created.contains(&partition.topic) {
            self.partitions_created.insert(partition);
        }
    }

    pub(super) fn partition_changed(&mut self, partition: PartitionId) {
        let is_new = self.topics_created.contains(&partition.topic)
            || self.partitions_created.contains(&partition);
        if !is_new {
            self.partitions_changed.insert(partition);
        }
    }

    pub(super) fn topic_configured(&mut self, topic: &Topic) {
        if !self.topics_created.contains(&topic.id) {
            self.topics_configured.insert(topic.name.clone());
        }
    }
}
