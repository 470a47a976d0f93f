use super::broker::{Broker, Endpoint};
use super::command::Resource;
use super::image::fold;
use super::machine::Cluster;
use super::topic::{Partition, Topic};
use crate::model::{Assignment, LeaderEpoch, NodeId, PartitionId, TopicName};
use crate::wire::metadata::Record;
use crate::wire::metadata::broker::{BrokerRegistrationChangeRecord, RegisterBrokerRecord};
use crate::wire::metadata::config::ConfigRecord;
use crate::wire::metadata::partition::{PartitionChangeRecord, PartitionRecord};
use crate::wire::metadata::topic::{RemoveTopicRecord, TopicRecord};

/// In a [`PartitionChangeRecord`]: the leader is who it was.
const SAME_LEADER: i32 = -2;

impl Cluster {
    /// Takes a durable record into the image: the only thing that changes it. A record that
    /// contradicts the ones before it is a bug of whoever decided it, and ends the process.
    pub fn replay(&mut self, record: &Record<'_>) {
        match record {
            Record::RegisterBroker(body) => self.replay_register(body),
            Record::UnregisterBroker(body) => {
                self.image.brokers.remove(&NodeId(body.broker_id));
                self.delta.brokers_changed = true;
            }
            Record::BrokerRegistrationChange(body) => self.replay_registration_change(body),
            Record::FenceBroker(body) => self.broker(body.id).fenced = true,
            Record::UnfenceBroker(body) => self.broker(body.id).fenced = false,
            Record::Topic(body) => self.replay_topic(body),
            Record::RemoveTopic(body) => self.replay_remove_topic(body),
            Record::Partition(body) => self.replay_partition(body),
            Record::PartitionChange(body) => self.replay_partition_change(body),
            Record::Config(body) => self.replay_config(body),
            Record::FeatureLevel(body) => {
                let name = body.name.to_string();
                match body.feature_level {
                    0 => self.image.features.remove(&name),
                    level => self.image.features.insert(name, level),
                };
                self.delta.features_changed = true;
            }
            Record::ProducerIds(body) => self.image.next_producer_id = body.next_producer_id,
            Record::DelegationToken(_)
            | Record::RemoveDelegationToken(_)
            | Record::UserScramCredential(_)
            | Record::RemoveUserScramCredential(_)
            | Record::ClientQuota(_)
            | Record::AccessControlEntry(_)
            | Record::RemoveAccessControlEntry(_)
            | Record::NoOp(_)
            | Record::ZkMigrationState(_)
            | Record::BeginTransaction(_)
            | Record::EndTransaction(_)
            | Record::AbortTransaction(_)
            | Record::RegisterController(_)
            | Record::ClearElr(_) => {}
        }
    }

    fn replay_register(&mut self, body: &RegisterBrokerRecord<'_>) {
        let id = NodeId(body.broker_id);
        let endpoints = body.end_points.iter().map(|endpoint| Endpoint {
            listener: endpoint.name.to_string(),
            host: endpoint.host.to_string(),
            port: endpoint.port,
        });
        let features = body.features.iter().map(|feature| {
            let levels = (feature.min_supported_version, feature.max_supported_version);
            (feature.name.to_string(), levels)
        });
        let broker = Broker {
            id,
            epoch: body.broker_epoch,
            incarnation: body.incarnation_id,
            endpoints: endpoints.collect(),
            rack: body.rack.as_ref().map(|rack| rack.to_string()),
            fenced: body.fenced,
            stopping: body.in_controlled_shutdown,
            log_dirs: body.log_dirs.clone(),
            features: features.collect(),
        };
        self.image.brokers.insert(id, broker);
        self.delta.brokers_changed = true;
    }

    fn replay_registration_change(&mut self, body: &BrokerRegistrationChangeRecord<'_>) {
        let broker = self.broker(body.broker_id);
        match body.fenced {
            -1 => broker.fenced = false,
            1 => broker.fenced = true,
            _ => {}
        }
        if body.in_controlled_shutdown == 1 {
            broker.stopping = true;
        }
        if !body.log_dirs.is_empty() {
            broker.log_dirs.clone_from(&body.log_dirs);
        }
    }

    /// A broker whose registration is about to change.
    fn broker(&mut self, id: i32) -> &mut Broker {
        self.delta.brokers_changed = true;
        let broker = self.image.brokers.get_mut(&NodeId(id));
        assert!(
            broker.is_some(),
            "a record changes broker {id}, which is not registered"
        );
        broker.expect("asserted above")
    }

    fn replay_topic(&mut self, body: &TopicRecord<'_>) {
        let name = TopicName::parse(&body.name);
        assert!(
            name.is_ok(),
            "a record creates a topic under no name: {name:?}"
        );
        let name = name.expect("asserted above");
        let id = body.topic_id;
        if let Some(folded) = fold(&name) {
            self.image
                .folded
                .entry(folded)
                .or_default()
                .insert(name.clone());
        }
        let before = self.image.ids.insert(name.clone(), id);
        assert!(
            before.is_none(),
            "a record creates topic {name}, which exists"
        );
        self.image.topics.insert(
            id,
            Topic {
                id,
                name,
                partitions: Vec::new(),
            },
        );
        self.delta.topics_created.insert(id);
    }

    fn replay_remove_topic(&mut self, body: &RemoveTopicRecord<'_>) {
        let topic = self.image.topics.remove(&body.topic_id);
        assert!(
            topic.is_some(),
            "a record deletes topic {}, which is unknown",
            body.topic_id
        );
        let Some(topic) = topic else { return };
        self.image.ids.remove(&topic.name);
        if let Some(folded) = fold(&topic.name)
            && let Some(names) = self.image.folded.get_mut(&folded)
        {
            names.remove(&topic.name);
            if names.is_empty() {
                self.image.folded.remove(&folded);
            }
        }
        self.image
            .configs
            .remove(&Resource::Topic(topic.name.to_string()));
        self.delta.topic_deleted(topic);
    }

    fn replay_partition(&mut self, body: &PartitionRecord<'_>) {
        let id = PartitionId {
            topic: body.topic_id,
            index: body.partition_id,
        };
        let partition = Partition {
            assignment: Assignment {
                replicas: nodes(&body.replicas),
                in_sync: nodes(&body.isr),
                leader: NodeId(body.leader),
                leader_epoch: LeaderEpoch(body.leader_epoch),
                partition_epoch: body.partition_epoch,
            },
            directories: body.directories.clone(),
        };
        let partitions = &mut self.topic(id).partitions;
        let next = i32::try_from(partitions.len()).ok();
        assert!(
            next == Some(id.index),
            "partition {} does not follow {next:?}",
            id.index
        );
        partitions.push(partition);
        self.delta.partition_created(id);
    }

    fn replay_partition_change(&mut self, body: &PartitionChangeRecord<'_>) {
        let id = PartitionId {
            topic: body.topic_id,
            index: body.partition_id,
        };
        let at = usize::try_from(id.index).unwrap_or(usize::MAX);
        let partition = self.topic(id).partitions.get_mut(at);
        assert!(
            partition.is_some(),
            "a record changes {id:?}, which is unknown"
        );
        let Some(partition) = partition else { return };
        let assignment = &mut partition.assignment;
        if let Some(in_sync) = &body.isr {
            assignment.in_sync = nodes(in_sync);
        }
        if let Some(replicas) = &body.replicas {
            assignment.replicas = nodes(replicas);
        }
        if body.leader != SAME_LEADER {
            assignment.leader = NodeId(body.leader);
            assignment.leader_epoch.0 += 1;
        }
        assignment.partition_epoch += 1;
        if let Some(directories) = &body.directories {
            partition.directories.clone_from(directories);
        }
        self.delta.partition_changed(id);
    }

    fn topic(&mut self, id: PartitionId) -> &mut Topic {
        let topic = self.image.topics.get_mut(&id.topic);
        assert!(
            topic.is_some(),
            "a record speaks of {id:?}, whose topic is unknown"
        );
        topic.expect("asserted above")
    }

    fn replay_config(&mut self, body: &ConfigRecord<'_>) {
        let resource = Resource::from_wire(body.resource_type, body.resource_name.to_string());
        let key = body.name.to_string();
        let values = self.image.configs.entry(resource.clone()).or_default();
        match &body.value {
            Some(value) => values.insert(key, value.to_string()),
            None => values.remove(&key),
        };
        if values.is_empty() {
            self.image.configs.remove(&resource);
        }
        match &resource {
            Resource::Broker(_) => self.delta.brokers_configured = true,
            Resource::Topic(name) => {
                if let Some(topic) = self.image.topic(name) {
                    self.delta.topic_configured(topic);
                }
            }
            // Nobody acts on them yet.
            Resource::ClientMetrics(_) | Resource::Group(_) | Resource::Other(..) => {}
        }
    }
}

fn nodes(ids: &[i32]) -> Vec<NodeId> {
    ids.iter().copied().map(NodeId).collect()
}
