use super::broker::Broker;
use super::command::Resource;
use super::image::Image;
use super::topic::{Partition, Topic};
use crate::config::Overrides;
use crate::model::{NodeId, TopicId};
use crate::wire::metadata::Record;
use crate::wire::metadata::broker::{BrokerEndpoint, BrokerFeature, RegisterBrokerRecord};
use crate::wire::metadata::config::ConfigRecord;
use crate::wire::metadata::feature::FeatureLevelRecord;
use crate::wire::metadata::partition::PartitionRecord;
use crate::wire::metadata::producer_ids::ProducerIdsRecord;
use crate::wire::metadata::topic::TopicRecord;

impl Image {
    /// The image as records: a snapshot. Replaying them into an empty image gives this one, but
    /// for the count of broker epochs, which starts at the highest that is still registered.
    pub fn records(&self) -> Vec<Record<'static>> {
        let mut records: Vec<Record<'static>> = self
            .features
            .iter()
            .map(|(name, level)| feature_record(name, *level))
            .collect();
        records.extend(self.brokers().map(broker_record));
        for topic in self.topics() {
            records.push(topic_record(topic));
            records.extend(partition_records(topic));
        }
        for (resource, overrides) in &self.configs {
            records.extend(config_records(resource, overrides));
        }
        if self.next_producer_id > 0 {
            records.push(self.producer_ids_record());
        }
        records
    }

    /// Nobody reads who got the last block: a snapshot names no broker.
    fn producer_ids_record(&self) -> Record<'static> {
        let next_producer_id = self.next_producer_id;
        let nobody = NodeId::NONE.0;
        ProducerIdsRecord {
            broker_id: nobody,
            next_producer_id,
            ..Default::default()
        }
        .into()
    }
}

pub(super) fn feature_record(name: &str, level: i16) -> Record<'static> {
    let name = name.to_owned().into();
    FeatureLevelRecord {
        name,
        feature_level: level,
        ..Default::default()
    }
    .into()
}

pub(super) fn broker_record(broker: &Broker) -> Record<'static> {
    let end_points = broker.endpoints.iter().map(|endpoint| BrokerEndpoint {
        name: endpoint.listener.clone().into(),
        host: endpoint.host.clone().into(),
        port: endpoint.port,
        ..Default::default()
    });
    let features = broker
        .features
        .iter()
        .map(|(name, (min, max))| BrokerFeature {
            name: name.clone().into(),
            min_supported_version: *min,
            max_supported_version: *max,
            ..Default::default()
        });
    RegisterBrokerRecord {
        broker_id: broker.id.0,
        incarnation_id: broker.incarnation,
        broker_epoch: broker.epoch,
        end_points: end_points.collect(),
        features: features.collect(),
        rack: broker.rack.clone().map(Into::into),
        fenced: broker.fenced,
        in_controlled_shutdown: broker.stopping,
        log_dirs: broker.log_dirs.clone(),
        ..Default::default()
    }
    .into()
}

pub(super) fn topic_record(topic: &Topic) -> Record<'static> {
    let name = topic.name.to_string().into();
    TopicRecord {
        name,
        topic_id: topic.id,
        ..Default::default()
    }
    .into()
}

pub(super) fn partition_records(topic: &Topic) -> impl Iterator<Item = Record<'static>> {
    topic
        .numbered()
        .map(|(index, partition)| partition_record(topic.id, index, partition))
}

pub(super) fn partition_record(
    topic: TopicId,
    index: i32,
    partition: &Partition,
) -> Record<'static> {
    let assignment = &partition.assignment;
    let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect();
    PartitionRecord {
        partition_id: index,
        topic_id: topic,
        replicas: ids(&assignment.replicas),
        isr: ids(&assignment.in_sync),
        leader: assignment.leader.0,
        leader_epoch: assignment.leader_epoch.0,
        partition_epoch: assignment.partition_epoch,
        directories: partition.directories.clone(),
        ..Default::default()
    }
    .into()
}

pub(super) fn config_records(
    resource: &Resource,
    overrides: &Overrides,
) -> impl Iterator<Item = Record<'static>> {
    overrides
        .iter()
        .map(|(key, value)| config_record(resource, key, Some(value)))
}

pub(super) fn config_record(
    resource: &Resource,
    key: &str,
    value: Option<&String>,
) -> Record<'static> {
    ConfigRecord {
        resource_type: resource.kind(),
        resource_name: resource.name().to_owned().into(),
        name: key.to_owned().into(),
        value: value.map(|value| value.clone().into()),
        ..Default::default()
    }
    .into()
}
