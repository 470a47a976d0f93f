use super::broker::Broker;
use super::command::{Decision, Registration, Reply};
use super::image::Image;
use super::machine::METADATA_VERSION;
use super::refusal::Refusal;
use super::snapshot::{broker_record, feature_record};
use super::topic::Partition;
use crate::config::Settings;
use crate::model::{NodeId, PartitionId};
use crate::wire::metadata::Record;
use crate::wire::metadata::broker::UnregisterBrokerRecord;
use crate::wire::metadata::partition::PartitionChangeRecord;

/// A broker that has started takes its place, unfenced, and leads again what it led, and what
/// nobody else can lead. The first one also sets the level of the cluster.
pub fn register(image: &Image, registration: &Registration) -> Decision {
    let mut records = Vec::new();
    if image.features.is_empty() {
        records.push(feature_record("metadata.version", METADATA_VERSION));
    }
    let epoch = registration.offset.0;
    let Registration { node, unclean, .. } = *registration;
    records.push(broker_record(&Broker {
        id: node,
        epoch,
        incarnation: registration.incarnation,
        endpoints: registration.endpoints.clone(),
        rack: registration.rack.clone(),
        fenced: false,
        stopping: false,
        log_dirs: registration.log_dirs.clone(),
        features: registration.features.clone(),
    }));
    for topic in image.topics() {
        for (index, partition) in topic.numbered() {
            if must_lead_anew(partition, node, unclean) {
                records.push(lead(
                    PartitionId {
                        topic: topic.id,
                        index,
                    },
                    node,
                ));
            }
        }
    }
    Decision {
        records,
        reply: Reply::Registered { epoch },
    }
}

fn must_lead_anew(partition: &Partition, node: NodeId, unclean: bool) -> bool {
    match partition.leader() {
        Some(leader) => leader == node && unclean,
        None => partition.assignment.in_sync.contains(&node),
    }
}

fn lead(id: PartitionId, node: NodeId) -> Record<'static> {
    let PartitionId {
        topic: topic_id,
        index: partition_id,
    } = id;
    PartitionChangeRecord {
        partition_id,
        topic_id,
        leader: node.0,
        ..Default::default()
    }
    .into()
}

/// Takes a broker that is gone out of the list. The one that is asked is running, so it is not.
pub fn unregister(image: &Image, node: NodeId, settings: &Settings) -> Result<Decision, Refusal> {
    let broker = image
        .broker(node)
        .ok_or(Refusal::BrokerNotRegistered(node.0))?;
    if node == settings.node {
        return Err(Refusal::BrokerRunning(node.0));
    }
    let (broker_id, broker_epoch) = (node.0, broker.epoch);
    let record = UnregisterBrokerRecord {
        broker_id,
        broker_epoch,
        ..Default::default()
    };
    Ok(Decision {
        records: vec![record.into()],
        reply: Reply::Unregistered,
    })
}
