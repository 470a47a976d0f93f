use super::assign::assigned_more;
use super::command::{Decision, GrownTopic, Reply};
use super::create::PARTITIONS_PER_REQUEST_MAX;
use super::directories::Occupancy;
use super::image::Image;
use super::placement::{first_state, place};
use super::refusal::{AssignmentFault, Refusal};
use super::snapshot::partition_record;
use super::times::Times;
use super::topic::Partition;
use crate::wire::metadata::Record;

/// Adds partitions where that is possible. A topic that is asked for twice is answered once.
pub fn create_partitions(image: &Image, asked: &[GrownTopic]) -> Decision {
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    let mut occupancy = Occupancy::of(image);
    let mut times = Times::of(asked.iter().map(|grown| grown.name.as_str()));
    for grown in asked {
        let room = PARTITIONS_PER_REQUEST_MAX.saturating_sub(records.len());
        let result = match times.take(&grown.name.as_str()) {
            0 => continue,
            1 => grow(image, grown, room, &mut occupancy),
            _ => Err(Refusal::DuplicateTopicName),
        };
        outcomes.push((
            grown.name.clone(),
            result.map(|added| records.extend(added)),
        ));
    }
    Decision {
        records,
        reply: Reply::Grown(outcomes),
    }
}

fn grow(
    image: &Image,
    grown: &GrownTopic,
    room: usize,
    occupancy: &mut Occupancy,
) -> Result<Vec<Record<'static>>, Refusal> {
    let topic = image.topic(&grown.name).ok_or(Refusal::UnknownTopic)?;
    let (current, wanted) = (topic.partition_count(), grown.count);
    if wanted == current {
        return Err(Refusal::SamePartitionCount(current));
    }
    if wanted < current {
        return Err(Refusal::FewerPartitions {
            topic: topic.name.clone(),
            current,
            wanted,
        });
    }
    let added = wanted - current;
    let count = usize::try_from(added).unwrap_or(0);
    if count > room {
        return Err(Refusal::TooManyPartitions);
    }
    let replication = topic.replication();
    let mut partitions: Vec<Partition> = match &grown.assignments {
        Some(given) if given.len() != count => {
            return Err(AssignmentFault::OtherCount {
                added,
                given: given.len(),
            }
            .into());
        }
        Some(given) => assigned_more(image, current, replication, given)?,
        None => {
            let replication = i16::try_from(replication).unwrap_or(i16::MAX);
            let placed = place(image, count, replication, grown.dice)?;
            let states = placed
                .into_iter()
                .map(|replicas| first_state(image, replicas));
            let fenced = Refusal::AllBrokersFenced {
                wanted: replication,
            };
            states.collect::<Option<_>>().ok_or(fenced)?
        }
    };
    occupancy.settle(image, &mut partitions);
    let numbered = (current..).zip(&partitions);
    Ok(numbered
        .map(|(index, partition)| partition_record(topic.id, index, partition))
        .collect())
}
