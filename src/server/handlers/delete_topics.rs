//! DeleteTopics, versions 1-6: by name, or from version 6 by name or id.

use crate::cluster::{Command, DeletedTopic, Reply, TopicRef};
use crate::model::Uuid;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal;
use crate::wire::Text;
use crate::wire::api::delete_topics::{DeletableTopicResult, Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let named = |name: &Text<'_>| TopicRef {
        name: Some(name.to_string()),
        id: Uuid::ZERO,
    };
    let mut topics: Vec<TopicRef> = body.topic_names.iter().map(named).collect();
    topics.extend(body.topics.iter().map(|topic| TopicRef {
        name: topic.name.as_ref().map(|name| name.to_string()),
        id: topic.topic_id,
    }));
    let asked = topics.clone();
    let responses = match request
        .context
        .shard
        .command(Command::DeleteTopics(topics))
        .await
    {
        Ok(Reply::Deleted(outcomes)) => outcomes.into_iter().map(result_of).collect(),
        Ok(other) => unreachable!("topics were to be deleted, {other:?} was answered"),
        Err(refused) => {
            let refused = refusal::of_command(&refused);
            let failed = |topic: TopicRef| DeletableTopicResult {
                name: topic.name.map(Text::from),
                topic_id: topic.id,
                error_code: refused.code.code(),
                error_message: refused.message.clone().map(Text::from),
                ..Default::default()
            };
            asked.into_iter().map(failed).collect()
        }
    };
    let response = Response {
        responses,
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn result_of(deleted: DeletedTopic) -> DeletableTopicResult<'static> {
    let refused = deleted
        .result
        .err()
        .map(|refused| refusal::of_cluster(&refused));
    DeletableTopicResult {
        name: deleted.name.map(Text::from),
        topic_id: deleted.id,
        error_code: refused.as_ref().map_or(0, |refused| refused.code.code()),
        error_message: refused.and_then(|refused| refused.message).map(Text::from),
        ..Default::default()
    }
}
