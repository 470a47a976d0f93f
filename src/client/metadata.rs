use super::{ClientFault, HostPort};
use crate::model::{NodeId, Uuid};
use crate::wire::api::metadata;

/// The cluster as one broker described it.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub cluster_id: Option<String>,
    pub controller: Option<NodeId>,
    pub brokers: Vec<Broker>,
    /// In order of name.
    pub topics: Vec<Topic>,
}

/// One broker and where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub id: NodeId,
    pub address: HostPort,
}

/// One topic, or why it cannot be described.
#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    pub is_internal: bool,
    pub error_code: i16,
    /// In order of index.
    pub partitions: Vec<Partition>,
}

impl Topic {
    /// Fails with the error that stands in the topic's place.
    pub fn check(&self) -> Result<(), ClientFault> {
        ClientFault::check(self.error_code, None)
    }

    pub fn partition(&self, index: i32) -> Option<&Partition> {
        let found = self
            .partitions
            .binary_search_by_key(&index, |row| row.index);
        found.ok().and_then(|at| self.partitions.get(at))
    }
}

/// Who holds a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub index: i32,
    /// `None` while nobody leads.
    pub leader: Option<NodeId>,
    pub leader_epoch: i32,
    pub replicas: Vec<NodeId>,
    pub in_sync: Vec<NodeId>,
    /// Who else may lead without loss (KIP-966); `None` where it was not asked or not told.
    pub eligible: Option<Vec<NodeId>>,
    /// Who could last lead without loss.
    pub last_known_eligible: Option<Vec<NodeId>>,
}

impl View {
    /// Takes what a Metadata answer says into owned, ordered form.
    pub fn new(answer: &metadata::Response<'_>) -> View {
        let mut topics: Vec<Topic> = answer.topics.iter().map(topic).collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        View {
            cluster_id: answer.cluster_id.as_deref().map(str::to_owned),
            controller: node(answer.controller_id),
            brokers: answer.brokers.iter().filter_map(broker).collect(),
            topics,
        }
    }

    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}

fn broker(row: &metadata::MetadataResponseBroker<'_>) -> Option<Broker> {
    let port = u16::try_from(row.port).ok()?;
    let address = HostPort {
        host: row.host.to_string(),
        port,
    };
    Some(Broker {
        id: NodeId(row.node_id),
        address,
    })
}

fn topic(row: &metadata::MetadataResponseTopic<'_>) -> Topic {
    let mut partitions: Vec<Partition> = row.partitions.iter().map(partition).collect();
    partitions.sort_by_key(|partition| partition.index);
    Topic {
        name: row.name.as_deref().unwrap_or_default().to_owned(),
        id: row.topic_id,
        is_internal: row.is_internal,
        error_code: row.error_code,
        partitions,
    }
}

fn partition(row: &metadata::MetadataResponsePartition<'_>) -> Partition {
    Partition {
        index: row.partition_index,
        leader: node(row.leader_id),
        leader_epoch: row.leader_epoch,
        replicas: nodes(&row.replica_nodes),
        in_sync: nodes(&row.isr_nodes),
        eligible: None,
        last_known_eligible: None,
    }
}

fn node(id: i32) -> Option<NodeId> {
    (id >= 0).then_some(NodeId(id))
}

pub(super) fn nodes(ids: &[i32]) -> Vec<NodeId> {
    ids.iter().copied().map(NodeId).collect()
}
