use std::collections::BTreeSet;

use super::command::{Decision, DeletedTopic, Reply, TopicRef};
use super::image::Image;
use super::refusal::Refusal;
use super::times::Times;
use super::topic::Topic;
use crate::config::Settings;
use crate::model::TopicId;
use crate::wire::metadata::Record;
use crate::wire::metadata::topic::RemoveTopicRecord;

/// Deletes what can be deleted. A name or id that is asked for more than once is answered once,
/// and so is a topic that is asked for by both (`ControllerApis.deleteTopics`).
pub fn delete_topics(image: &Image, asked: &[TopicRef], settings: &Settings) -> Decision {
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    let mut times = Times::of(asked.iter());
    let by_name: BTreeSet<TopicId> = asked
        .iter()
        .filter_map(|topic| Some(image.topic(topic.name.as_ref()?)?.id))
        .collect();
    let by_id: BTreeSet<TopicId> = asked.iter().map(|topic| topic.id).collect();
    for topic in asked {
        let count = times.take(&topic);
        let covered = topic.name.is_none() && by_name.contains(&topic.id);
        if count == 0 || covered {
            continue;
        }
        let found = match &topic.name {
            Some(name) => image.topic(name),
            None => image.topic_by_id(topic.id),
        };
        let supplied = found.is_some_and(|found| by_id.contains(&found.id));
        let result = match (settings.topics.may_delete, check(topic, count > 1), found) {
            (false, ..) => Err(Refusal::DeletionDisabled),
            (_, Err(refusal), _) => Err(refusal),
            (.., None) if topic.name.is_none() => Err(Refusal::UnknownTopicId),
            (.., None) => Err(Refusal::UnknownTopic),
            (.., Some(_)) if supplied && topic.name.is_some() => Err(Refusal::NameOfSuppliedId),
            (.., Some(found)) => {
                records.push(remove_record(found));
                Ok(())
            }
        };
        let known = found.filter(|_| matches!(result, Ok(()) | Err(Refusal::NameOfSuppliedId)));
        outcomes.push(DeletedTopic {
            name: topic
                .name
                .clone()
                .or_else(|| known.map(|topic| topic.name.to_string())),
            id: known.map_or(topic.id, |topic| topic.id),
            result,
        });
    }
    Decision {
        records,
        reply: Reply::Deleted(outcomes),
    }
}

/// A topic is asked for once, by name or by id.
fn check(asked: &TopicRef, repeated: bool) -> Result<(), Refusal> {
    match (&asked.name, asked.id.is_zero()) {
        (None, true) => Err(Refusal::NeitherNameNorId),
        (Some(_), false) => Err(Refusal::BothNameAndId),
        (Some(_), true) if repeated => Err(Refusal::DuplicateTopicName),
        (None, false) if repeated => Err(Refusal::DuplicateTopicId),
        _ => Ok(()),
    }
}

fn remove_record(topic: &Topic) -> Record<'static> {
    RemoveTopicRecord {
        topic_id: topic.id,
        ..Default::default()
    }
    .into()
}
