use super::assign::assigned;
use super::command::{CreatedTopic, Decision, NewTopic, Reply, Resource};
use super::directories::Occupancy;
use super::image::Image;
use super::placement::{first_state, place};
use super::refusal::Refusal;
use super::snapshot;
use super::times::Times;
use super::topic::{Partition, Topic};
use crate::config::{Overrides, Settings, check_topic};
use crate::model::{TopicId, TopicName};
use crate::wire::metadata::Record;

/// Partitions that one request may create (`ReplicationControlManager.MAX_PARTITIONS_PER_BATCH`).
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;

/// The one topic whose records are not a client's business.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// Creates what can be created and says of each other topic why not. Names are held against the
/// topics that exist, not against each other: as in Kafka, `a.b` and `a_b` of one request are both
/// created.
pub fn create_topics(image: &Image, topics: &[NewTopic], settings: &Settings) -> Decision {
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    let too_many = total(topics, settings) > PARTITIONS_PER_REQUEST_MAX;
    let mut occupancy = Occupancy::of(image);
    let mut times = Times::of(topics.iter().map(|topic| topic.name.as_str()));
    for new in topics {
        let result = match times.take(&new.name.as_str()) {
            0 => continue,
            1 if too_many => Err(Refusal::TooManyPartitions),
            1 => create(image, new, settings),
            _ => Err(Refusal::DuplicateTopicName),
        };
        let outcome = result.map(|(mut topic, overrides)| {
            occupancy.settle(image, &mut topic.partitions);
            records.extend(topic_records(&topic, &overrides));
            CreatedTopic {
                id: topic.id,
                partitions: topic.partition_count(),
                replication: i16::try_from(topic.replication()).unwrap_or(i16::MAX),
                overrides,
            }
        });
        outcomes.push((new.name.clone(), outcome));
    }
    Decision {
        records,
        reply: Reply::Created(outcomes),
    }
}

fn total(topics: &[NewTopic], settings: &Settings) -> usize {
    let count = |topic: &NewTopic| match (topic.assignments.len(), topic.partitions) {
        (0, -1) => usize::try_from(settings.topics.partitions).unwrap_or(0),
        (0, count) => usize::try_from(count).unwrap_or(0),
        (assigned, _) => assigned,
    };
    topics.iter().map(count).sum()
}

fn create(
    image: &Image,
    new: &NewTopic,
    settings: &Settings,
) -> Result<(Topic, Overrides), Refusal> {
    if new.name == METADATA_TOPIC {
        return Err(Refusal::ProhibitedTopic(new.name.clone()));
    }
    let name = TopicName::parse(&new.name)?;
    if image.ids.contains_key(&name) {
        return Err(Refusal::TopicExists(name));
    }
    if let Some(existing) = image.collision(&name) {
        return Err(Refusal::TopicCollision {
            name: new.name.clone(),
            existing: existing.clone(),
        });
    }
    let overrides = configs(new, settings)?;
    let partitions = partitions(image, new, settings)?;
    let id = TopicId::from_random(new.dice);
    assert!(
        image.topic_by_id(id).is_none(),
        "122 random bits named {id} twice"
    );
    Ok((
        Topic {
            id,
            name,
            partitions,
        },
        overrides,
    ))
}

fn configs(new: &NewTopic, settings: &Settings) -> Result<Overrides, Refusal> {
    let without_value = |(key, value): &(String, Option<String>)| match value {
        None => Some(key.clone()),
        Some(_) => None,
    };
    let nulls: Vec<String> = new.configs.iter().filter_map(without_value).collect();
    if !nulls.is_empty() {
        return Err(Refusal::NullConfigs(nulls));
    }
    let given = |(key, value): &(String, Option<String>)| Some((key.clone(), value.clone()?));
    let values: Overrides = new.configs.iter().filter_map(given).collect();
    Ok(check_topic(settings, &values)?)
}

fn partitions(
    image: &Image,
    new: &NewTopic,
    settings: &Settings,
) -> Result<Vec<Partition>, Refusal> {
    if !new.assignments.is_empty() {
        return match (new.replication, new.partitions) {
            (-1, -1) => Ok(assigned(image, &new.assignments)?),
            (-1, _) => Err(Refusal::AssignmentAndPartitions),
            _ => Err(Refusal::AssignmentAndReplication),
        };
    }
    let replication = match new.replication {
        -1 => settings.topics.replication,
        given if given < 1 => return Err(Refusal::InvalidReplicationFactor),
        given => given,
    };
    let count = match new.partitions {
        -1 => settings.topics.partitions,
        given if given < 1 => return Err(Refusal::InvalidPartitionCount),
        given => given,
    };
    let [a, b, c, d, ..] = new.dice;
    let dice = u64::from(u32::from_be_bytes([a, b, c, d]));
    let placed = place(
        image,
        usize::try_from(count).unwrap_or(0),
        replication,
        dice,
    )?;
    let states = placed
        .into_iter()
        .map(|replicas| first_state(image, replicas));
    // Placement takes fenced brokers last, so that one that is not fenced comes first.
    states
        .collect::<Option<_>>()
        .ok_or(Refusal::AllBrokersFenced {
            wanted: replication,
        })
}

/// In Kafka's order: the topic, its settings, its partitions.
fn topic_records(topic: &Topic, overrides: &Overrides) -> Vec<Record<'static>> {
    let resource = Resource::Topic(topic.name.to_string());
    let mut records = vec![snapshot::topic_record(topic)];
    records.extend(snapshot::config_records(&resource, overrides));
    records.extend(snapshot::partition_records(topic));
    records
}
