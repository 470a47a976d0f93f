//! CreateTopics, versions 2-7.

use crate::cluster::{Command, CreatedTopic, NewTopic, Reply};
use crate::config::{Settings, describe_topic};
use crate::io::random;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::wire::Text;
use crate::wire::api::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let topics: Vec<NewTopic> = body.topics.iter().map(new_topic).collect();
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let command = Command::CreateTopics {
        topics,
        validate_only: body.validate_only,
    };
    let settings = request.context.settings();
    let results = match request.context.shard.command(command).await {
        Ok(Reply::Created(outcomes)) => outcomes
            .into_iter()
            .map(|(name, outcome)| match outcome {
                Ok(created) => result_of(&settings, name, &created),
                Err(refused) => refused_topic(name, refusal::of_cluster(&refused)),
            })
            .collect(),
        Ok(other) => unreachable!("topics were to be created, {other:?} was answered"),
        Err(refused) => {
            let refused = refusal::of_command(&refused);
            names
                .into_iter()
                .map(|name| refused_topic(name, refused.clone()))
                .collect()
        }
    };
    let response = Response {
        topics: results,
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn new_topic(topic: &CreatableTopic<'_>) -> NewTopic {
    let mut dice = [0; 16];
    random::fill(&mut dice);
    let assignments = topic.assignments.iter();
    let configs = topic.configs.iter();
    NewTopic {
        name: topic.name.to_string(),
        partitions: topic.num_partitions,
        replication: topic.replication_factor,
        assignments: assignments
            .map(|a| (a.partition_index, a.broker_ids.clone()))
            .collect(),
        configs: configs
            .map(|c| {
                (
                    c.name.to_string(),
                    c.value.as_ref().map(|value| value.to_string()),
                )
            })
            .collect(),
        dice,
    }
}

pub(super) fn result_of(
    settings: &Settings,
    name: String,
    created: &CreatedTopic,
) -> CreatableTopicResult<'static> {
    CreatableTopicResult {
        name: Text::from(name),
        topic_id: created.id,
        error_message: None,
        num_partitions: created.partitions,
        replication_factor: created.replication,
        configs: Some(configs(settings, created)),
        ..Default::default()
    }
}

/// The new topic's settings in effect by name, told for topics that were only validated too.
fn configs(settings: &Settings, created: &CreatedTopic) -> Vec<CreatableTopicConfigs<'static>> {
    let mut entries = describe_topic(settings, &created.overrides);
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let shown = entries.into_iter().map(|entry| CreatableTopicConfigs {
        name: Text::from(entry.name),
        value: entry.value.map(Text::from),
        read_only: entry.read_only,
        config_source: entry.source.code(),
        ..Default::default()
    });
    shown.collect()
}

pub(super) fn refused_topic(name: String, refused: Refused) -> CreatableTopicResult<'static> {
    CreatableTopicResult {
        name: Text::from(name),
        error_code: refused.code.code(),
        error_message: refused.message.map(Text::from),
        ..Default::default()
    }
}
