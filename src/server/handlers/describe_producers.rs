//! DescribeProducers, version 0: the producers that partitions remember (KIP-664).

use crate::cluster;
use crate::log::ProducerEntry;
use crate::model::ProducerId;
use crate::server::answer::{Answer, Close};
use crate::server::ask::{self, Target};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::shard::ReadRefusal;
use crate::wire::Text;
use crate::wire::api::describe_producers::{
    PartitionResponse, ProducerState, Request as Body, Response, TopicResponse,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let mut targets: Vec<Target> = Vec::new();
    for topic in &body.topics {
        let image = request.context.shard.image();
        let partitions = topic.partition_indexes.iter();
        targets.extend(partitions.map(|index| ask::locate(&image, &topic.name, *index)));
    }
    let found = ask::every(&request.context.shard, &targets, |shard, id, _| {
        Box::pin(async move {
            let partition = shard.served(id).map_err(ReadRefusal::from);
            let producers = partition.map(|partition| partition.producers());
            producers.map_err(|refused| refusal::of_read(&refused))
        })
    });
    let mut found = found.await?.into_iter();
    let image = request.context.shard.image();
    let topics = body.topics.iter().map(|topic| TopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partition_indexes
            .iter()
            .zip(&mut found)
            .map(|(index, found)| partition_response(*index, found))
            .map(|answer| explained(answer, image.topic(&topic.name).is_some()))
            .collect(),
        ..Default::default()
    });
    let response = Response {
        topics: topics.collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn partition_response(
    partition_index: i32,
    found: Result<Vec<(ProducerId, ProducerEntry)>, Refused>,
) -> PartitionResponse<'static> {
    let mut response = PartitionResponse {
        partition_index,
        ..Default::default()
    };
    match found {
        Ok(producers) => response.active_producers = producers.iter().map(state).collect(),
        Err(refused) => response.error_code = refused.code.code(),
    }
    response
}

/// As in Kafka, an unknown topic is told in words too, an unknown partition by its code alone.
fn explained(
    mut answer: PartitionResponse<'static>,
    has_topic: bool,
) -> PartitionResponse<'static> {
    if !has_topic {
        answer.error_message = Some(Text::from(cluster::Refusal::UnknownTopic.to_string()));
    }
    answer
}

fn state((id, entry): &(ProducerId, ProducerEntry)) -> ProducerState<'static> {
    ProducerState {
        producer_id: id.0,
        producer_epoch: entry.epoch.0.into(),
        last_sequence: entry.last_sequence().0,
        last_timestamp: entry.last_timestamp.0,
        coordinator_epoch: entry.coordinator_epoch,
        current_txn_start_offset: entry.txn_first.map_or(-1, |first| first.0),
        ..Default::default()
    }
}
