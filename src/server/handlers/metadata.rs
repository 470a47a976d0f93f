//! Metadata, versions 0-13: brokers and topics, and topics made by asking for them.

use crate::cluster::{Command, Image, NewTopic, Reply, Topic};
use crate::io::random;
use crate::model::{ErrorCode, NodeId, TopicName, Uuid};
use crate::server::answer::{Answer, Close};
use crate::server::authorized;
use crate::server::dispatch::Request;
use crate::server::refusal;
use crate::wire::Text;
use crate::wire::api::metadata::{
    MetadataRequestTopic, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
    Request as Body, Response,
};

/// A topic that is asked for.
enum Asked {
    Name(String),
    Id(Uuid),
}

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let version = incoming.version();
    let asked = asked(&body, version);
    let mut refused = Vec::new();
    if let Some(asked) = &asked
        && body.allow_auto_topic_creation
    {
        refused = create_missing(&request, asked).await;
    }
    let image = request.context.shard.image();
    let settings = request.context.settings();
    let operations = |wanted: bool, bits| if wanted { bits } else { authorized::NOT_ASKED };
    let topic_bits = operations(body.include_topic_authorized_operations, authorized::TOPIC);
    let mut topics: Vec<_> = match &asked {
        None => image.topics().map(|topic| shown(&image, topic)).collect(),
        Some(asked) => asked
            .iter()
            .map(|asked| find(&image, asked, &refused))
            .collect(),
    };
    topics
        .iter_mut()
        .for_each(|topic| topic.topic_authorized_operations = topic_bits);
    let response = Response {
        brokers: brokers(&image, &request.session.listener),
        cluster_id: Some(Text::from(
            request.context.shard.identity().cluster_id.clone(),
        )),
        controller_id: settings.node.0,
        topics,
        cluster_authorized_operations: operations(
            body.include_cluster_authorized_operations,
            authorized::CLUSTER,
        ),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

/// `None` asks for all topics.
fn asked(body: &Body<'_>, version: i16) -> Option<Vec<Asked>> {
    let topics = body.topics.as_ref()?;
    if version == 0 && topics.is_empty() {
        return None;
    }
    let asked = |topic: &MetadataRequestTopic<'_>| match &topic.name {
        Some(name) => Asked::Name(name.to_string()),
        None => Asked::Id(topic.topic_id),
    };
    Some(topics.iter().map(asked).collect())
}

/// Creates the topics that are missing, where that is allowed. Gives those it could not create.
async fn create_missing(request: &Request, asked: &[Asked]) -> Vec<(String, ErrorCode)> {
    let shard = &request.context.shard;
    if !request.context.settings().topics.auto_create {
        return Vec::new();
    }
    let missing: Vec<NewTopic> = {
        let image = shard.image();
        let names = asked.iter().filter_map(|asked| match asked {
            Asked::Name(name) if image.topic(name).is_none() => TopicName::parse(name).ok(),
            _ => None,
        });
        names
            .filter(|name| !name.is_internal())
            .map(|name| new_topic(&name))
            .collect()
    };
    if missing.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = missing.iter().map(|topic| topic.name.clone()).collect();
    let command = Command::CreateTopics {
        topics: missing,
        validate_only: false,
    };
    match shard.command(command).await {
        Ok(Reply::Created(outcomes)) => {
            let failed = |(name, outcome): (String, Result<_, _>)| {
                let code = refusal::of_cluster(&outcome.err()?).code;
                // Somebody else was quicker: the topic is there, which is what was wanted.
                (code != ErrorCode::TopicAlreadyExists).then_some((name, code))
            };
            outcomes.into_iter().filter_map(failed).collect()
        }
        Ok(_) => Vec::new(),
        Err(refused) => {
            let code = refusal::of_command(&refused).code;
            names.into_iter().map(|name| (name, code)).collect()
        }
    }
}

fn new_topic(name: &TopicName) -> NewTopic {
    let mut dice = [0; 16];
    random::fill(&mut dice);
    NewTopic {
        name: name.to_string(),
        partitions: -1,
        replication: -1,
        assignments: Vec::new(),
        configs: Vec::new(),
        dice,
    }
}

fn brokers(image: &Image, listener: &str) -> Vec<MetadataResponseBroker<'static>> {
    let live = image.brokers().filter(|broker| !broker.fenced);
    let shown = live.filter_map(|broker| {
        let endpoint = broker.endpoint(listener)?;
        Some(MetadataResponseBroker {
            node_id: broker.id.0,
            host: Text::from(endpoint.host.clone()),
            port: endpoint.port.into(),
            rack: broker.rack.clone().map(Text::from),
            ..Default::default()
        })
    });
    shown.collect()
}

fn find(
    image: &Image,
    asked: &Asked,
    refused: &[(String, ErrorCode)],
) -> MetadataResponseTopic<'static> {
    let found = match asked {
        Asked::Name(name) => image.topic(name),
        Asked::Id(id) => image.topic_by_id(*id),
    };
    if let Some(topic) = found {
        return shown(image, topic);
    }
    let (name, topic_id, code) = match asked {
        Asked::Id(id) => (None, *id, ErrorCode::UnknownTopicId),
        Asked::Name(name) => {
            let code = refused.iter().find(|(refused, _)| refused == name);
            let code = match TopicName::parse(name) {
                Err(_) => ErrorCode::InvalidTopicException,
                Ok(_) => code.map_or(ErrorCode::UnknownTopicOrPartition, |(_, code)| *code),
            };
            (Some(Text::from(name.clone())), Uuid::ZERO, code)
        }
    };
    MetadataResponseTopic {
        error_code: code.code(),
        name,
        topic_id,
        ..Default::default()
    }
}

fn shown(image: &Image, topic: &Topic) -> MetadataResponseTopic<'static> {
    let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect();
    let partitions = topic.numbered().map(|(index, partition)| {
        let assignment = &partition.assignment;
        let error = match partition.leader() {
            Some(_) => ErrorCode::None,
            None => ErrorCode::LeaderNotAvailable,
        };
        MetadataResponsePartition {
            error_code: error.code(),
            partition_index: index,
            leader_id: assignment.leader.0,
            leader_epoch: assignment.leader_epoch.0,
            replica_nodes: ids(&assignment.replicas),
            isr_nodes: ids(&assignment.in_sync),
            offline_replicas: ids(&partition.offline_replicas(image)),
            ..Default::default()
        }
    });
    MetadataResponseTopic {
        name: Some(Text::from(topic.name.to_string())),
        topic_id: topic.id,
        is_internal: topic.name.is_internal(),
        partitions: partitions.collect(),
        ..Default::default()
    }
}
