//! Topics: made, widened, deleted and described.

use std::collections::BTreeMap;

use crate::client::metadata::{Partition, Topic, nodes};
use crate::client::{ClientFault, Cluster};
use crate::wire::api::{
    create_partitions, create_topics, delete_topics, describe_topic_partitions,
};
use crate::wire::{ApiKey, Text};

/// How long the controller may take for a change.
const CHANGE_MS_MAX: i32 = 60_000;

/// A topic to be created. With an assignment, both counts are -1.
#[derive(Clone, Debug, Default)]
pub struct NewTopic {
    pub name: String,
    /// -1: `num.partitions` of the broker.
    pub partitions: i32,
    /// -1: `default.replication.factor` of the broker.
    pub replication_factor: i16,
    /// The brokers of each partition, the preferred leader first; empty lets the broker choose.
    pub assignment: Vec<Vec<i32>>,
    pub configs: Vec<(String, String)>,
}

pub async fn create_topic(cluster: &Cluster, topic: &NewTopic) -> Result<(), ClientFault> {
    let config = |(name, value): &(String, String)| create_topics::CreatableTopicConfig {
        name: Text::Owned(name.clone()),
        value: Some(Text::Owned(value.clone())),
        ..create_topics::CreatableTopicConfig::default()
    };
    let replicas = |(index, brokers): (i32, &Vec<i32>)| create_topics::CreatableReplicaAssignment {
        partition_index: index,
        broker_ids: brokers.clone(),
        ..create_topics::CreatableReplicaAssignment::default()
    };
    let creatable = create_topics::CreatableTopic {
        name: Text::Owned(topic.name.clone()),
        num_partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        assignments: (0..).zip(&topic.assignment).map(replicas).collect(),
        configs: topic.configs.iter().map(config).collect(),
        ..create_topics::CreatableTopic::default()
    };
    let request = create_topics::Request {
        topics: vec![creatable],
        timeout_ms: CHANGE_MS_MAX,
        ..create_topics::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: create_topics::Response<'_> = answer.read()?;
    let result = answer.topics.first().ok_or_else(|| missing(&topic.name))?;
    ClientFault::check(result.error_code, result.error_message.as_deref())
}

pub async fn delete_topic(cluster: &Cluster, name: &str) -> Result<(), ClientFault> {
    let state = delete_topics::DeleteTopicState {
        name: Some(Text::Owned(name.to_owned())),
        ..delete_topics::DeleteTopicState::default()
    };
    let is_old = cluster.any().await?.version(ApiKey::DeleteTopics)? < 6;
    let request = delete_topics::Request {
        topics: if is_old { Vec::new() } else { vec![state] },
        topic_names: vec![Text::Owned(name.to_owned())],
        timeout_ms: CHANGE_MS_MAX,
        ..delete_topics::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: delete_topics::Response<'_> = answer.read()?;
    let result = answer.responses.first().ok_or_else(|| missing(name))?;
    ClientFault::check(result.error_code, result.error_message.as_deref())
}

/// Raises the number of partitions to `count`, old ones included. `assignment` names the brokers
/// of each added one.
pub async fn create_partitions(
    cluster: &Cluster,
    topic: &str,
    count: i32,
    assignment: Option<&[Vec<i32>]>,
) -> Result<(), ClientFault> {
    let replicas = |brokers: &Vec<i32>| create_partitions::CreatePartitionsAssignment {
        broker_ids: brokers.clone(),
        ..create_partitions::CreatePartitionsAssignment::default()
    };
    let wider = create_partitions::CreatePartitionsTopic {
        name: Text::Owned(topic.to_owned()),
        count,
        assignments: assignment.map(|added| added.iter().map(replicas).collect()),
        ..create_partitions::CreatePartitionsTopic::default()
    };
    let request = create_partitions::Request {
        topics: vec![wider],
        timeout_ms: CHANGE_MS_MAX,
        ..create_partitions::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: create_partitions::Response<'_> = answer.read()?;
    let result = answer.results.first().ok_or_else(|| missing(topic))?;
    ClientFault::check(result.error_code, result.error_message.as_deref())
}

/// Topics with all that is known of their partitions, in order of name. Brokers since Kafka 3.7
/// also tell who else may lead (KIP-966), so many partitions at a time.
pub async fn topics(
    cluster: &Cluster,
    names: &[&str],
    partitions_per_answer: i32,
) -> Result<Vec<Topic>, ClientFault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let connection = cluster.any().await?;
    if connection.version(ApiKey::DescribeTopicPartitions).is_err() {
        return Ok(cluster.describe(Some(names), false).await?.topics);
    }
    let named = |name: &&str| describe_topic_partitions::TopicRequest {
        name: Text::Owned((*name).to_owned()),
        ..describe_topic_partitions::TopicRequest::default()
    };
    let mut request = describe_topic_partitions::Request {
        topics: names.iter().map(named).collect(),
        response_partition_limit: partitions_per_answer,
        ..describe_topic_partitions::Request::default()
    };
    let mut topics: BTreeMap<String, Topic> = BTreeMap::new();
    loop {
        let answer = connection.call(&request).await?;
        let page: describe_topic_partitions::Response<'_> = answer.read()?;
        for row in &page.topics {
            let topic = topic(row);
            match topics.get_mut(&topic.name) {
                Some(known) => known.partitions.extend(topic.partitions),
                None => drop(topics.insert(topic.name.clone(), topic)),
            }
        }
        let Some(next) = page.next_cursor else {
            return Ok(topics.into_values().collect());
        };
        request
            .topics
            .retain(|topic| *topic.name >= *next.topic_name);
        request.cursor = Some(describe_topic_partitions::Cursor {
            topic_name: Text::Owned(next.topic_name.to_string()),
            partition_index: next.partition_index,
            ..describe_topic_partitions::Cursor::default()
        });
    }
}

fn topic(row: &describe_topic_partitions::DescribeTopicPartitionsResponseTopic<'_>) -> Topic {
    let partition =
        |row: &describe_topic_partitions::DescribeTopicPartitionsResponsePartition<'_>| Partition {
            index: row.partition_index,
            leader: nodes(&[row.leader_id]).pop().filter(|leader| leader.0 >= 0),
            leader_epoch: row.leader_epoch,
            replicas: nodes(&row.replica_nodes),
            in_sync: nodes(&row.isr_nodes),
            eligible: row.eligible_leader_replicas.as_deref().map(nodes),
            last_known_eligible: row.last_known_elr.as_deref().map(nodes),
        };
    Topic {
        name: row.name.as_deref().unwrap_or_default().to_owned(),
        id: row.topic_id,
        is_internal: row.is_internal,
        error_code: row.error_code,
        partitions: row.partitions.iter().map(partition).collect(),
    }
}

fn missing(topic: &str) -> ClientFault {
    ClientFault::Missing(format!("topic {topic}"))
}
