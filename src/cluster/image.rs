use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::broker::Broker;
use super::command::Resource;
use super::topic::{Partition, Topic};
use crate::config::{Overrides, Settings, TopicSettings};
use crate::model::{NodeId, PartitionId, TopicId, TopicName};

/// All metadata of the cluster, as the records so far have made it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Image {
    pub(super) ids: BTreeMap<TopicName, TopicId>,
    pub(super) topics: BTreeMap<TopicId, Topic>,
    /// Names with `.` or `_` under their folded form, where collisions are found.
    pub(super) folded: BTreeMap<String, BTreeSet<TopicName>>,
    /// Only resources with at least one value.
    pub(super) configs: BTreeMap<Resource, Overrides>,
    pub(super) brokers: BTreeMap<NodeId, Broker>,
    pub(super) features: BTreeMap<String, i16>,
    pub(super) next_producer_id: i64,
}

static NO_OVERRIDES: Overrides = Overrides::new();

impl Image {
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.get(self.ids.get(name)?)
    }

    pub fn topic_by_id(&self, id: TopicId) -> Option<&Topic> {
        self.topics.get(&id)
    }

    pub fn partition(&self, id: PartitionId) -> Option<&Partition> {
        self.topic_by_id(id.topic)?.partition(id.index)
    }

    /// An existing topic that differs from this name in `.` and `_` only.
    pub(super) fn collision(&self, name: &TopicName) -> Option<&TopicName> {
        self.folded.get(&fold(name)?)?.first()
    }

    /// All topics in the order of their names.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.ids.values().filter_map(|id| self.topics.get(id))
    }

    /// Topics in the order of their names, from this name on: pages of DescribeTopicPartitions.
    pub fn topics_from(&self, name: &str) -> impl Iterator<Item = &Topic> {
        let range = (Bound::Included(name), Bound::Unbounded);
        self.ids
            .range::<str, _>(range)
            .filter_map(|(_, id)| self.topics.get(id))
    }

    pub fn topic_count(&self) -> usize {
        self.topics.len()
    }

    pub fn partition_count(&self) -> usize {
        self.topics
            .values()
            .map(|topic| topic.partitions.len())
            .sum()
    }

    /// The values set for a resource itself.
    pub fn overrides(&self, resource: &Resource) -> &Overrides {
        self.configs.get(resource).unwrap_or(&NO_OVERRIDES)
    }

    pub fn topic_overrides(&self, name: &TopicName) -> &Overrides {
        self.overrides(&Resource::Topic(name.to_string()))
    }

    /// The settings of a topic under these settings of the broker.
    pub fn topic_settings(&self, settings: &Settings, name: &TopicName) -> TopicSettings {
        TopicSettings::resolve(settings, self.topic_overrides(name))
    }

    /// The broker's settings with the dynamic values of this image on top.
    pub fn broker_settings(&self, settings: &Settings) -> Settings {
        let own = self.overrides(&Resource::Broker(settings.node.0.to_string()));
        settings.with_dynamic(own, self.overrides(&Resource::Broker(String::new())))
    }

    /// Resources that have values, for ListConfigResources.
    pub fn configured(&self) -> impl Iterator<Item = &Resource> {
        self.configs.keys()
    }

    pub fn broker(&self, id: NodeId) -> Option<&Broker> {
        self.brokers.get(&id)
    }

    /// All registered brokers, by id, the fenced ones too.
    pub fn brokers(&self) -> impl Iterator<Item = &Broker> {
        self.brokers.values()
    }

    /// The finalized level of each feature.
    pub fn features(&self) -> &BTreeMap<String, i16> {
        &self.features
    }

    /// The first producer id that no block has yet.
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }
}

/// A name with `.` for every `_`; `None` for a name without both, which cannot collide.
pub(super) fn fold(name: &TopicName) -> Option<String> {
    name.contains(['.', '_']).then(|| name.replace('_', "."))
}
