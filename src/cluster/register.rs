use super::broker::Broker;
use super::command::{Decision, Registration, Reply};
use super::directories::{is_directory, led_by};
use super::image::Image;
use super::machine::METADATA_VERSION;
use super::refusal::Refusal;
use super::snapshot::{broker_record, feature_record};
use super::topic::Partition;
use crate::config::Settings;
use crate::model::{NodeId, PartitionId};
use crate::wire::metadata::broker::UnregisterBrokerRecord;

/// A broker that has started takes its place, unfenced, and leads again what it led, and what
/// nobody else can lead, as far as it has the directories. The first one also sets the level of
/// the cluster.
pub fn register(image: &Image, registration: &Registration) -> Decision {
    let mut records = Vec::new();
    if image.features.is_empty() {
        records.push(feature_record("metadata.version", METADATA_VERSION));
    }
    let epoch = registration.offset.0;
    let node = registration.node;
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
            let id = PartitionId {
                topic: topic.id,
                index,
            };
            records.extend(leader_after(partition, registration).map(|leader| led_by(id, leader)));
        }
    }
    Decision {
        records,
        reply: Reply::Registered { epoch },
    }
}

/// Who leads from now on, where that is another one than before, or the same in a new epoch. What
/// lies in a directory that the broker has not got any more is led by nobody.
fn leader_after(partition: &Partition, registration: &Registration) -> Option<NodeId> {
    let Registration { node, unclean, .. } = *registration;
    let directory = partition.directory_of(node);
    let is_here = !is_directory(directory) || registration.log_dirs.contains(&directory);
    match partition.leader() {
        Some(leader) if leader != node => None,
        Some(_) if !is_here => Some(NodeId::NONE),
        Some(_) => unclean.then_some(node),
        None => (is_here && partition.assignment.in_sync.contains(&node)).then_some(node),
    }
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
