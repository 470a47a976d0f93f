//! DeleteRecords, versions 0-2: moves the start of logs.

use std::sync::Arc;

use crate::model::Offset;
use crate::server::answer::{Answer, Close};
use crate::server::ask::{self, Target};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::shard::AppendRefusal;
use crate::wire::api::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let mut targets: Vec<Target> = Vec::new();
    let mut offsets = Vec::new();
    for topic in &body.topics {
        let image = request.context.shard.image();
        for partition in &topic.partitions {
            targets.push(ask::locate(&image, &topic.name, partition.partition_index));
            offsets.push(partition.offset);
        }
    }
    let offsets: Arc<[i64]> = offsets.into();
    let moved = ask::every(&request.context.shard, &targets, move |shard, id, at| {
        let offset = offsets[at];
        Box::pin(async move {
            let moved = match shard.served(id) {
                Ok(partition) => partition.delete_records(offset).await,
                Err(unserved) => Err(AppendRefusal::from(unserved)),
            };
            moved.map_err(|refused| refusal::of_append(&refused))
        })
    });
    let mut moved = moved.await?.into_iter();
    let topics = body.topics.iter().map(|topic| DeleteRecordsTopicResult {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .zip(&mut moved)
            .map(|(partition, moved)| partition_result(partition.partition_index, moved))
            .collect(),
        ..Default::default()
    });
    let response = Response {
        topics: topics.collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn partition_result(
    partition_index: i32,
    moved: Result<Offset, Refused>,
) -> DeleteRecordsPartitionResult<'static> {
    let (low_watermark, error_code) = match moved {
        Ok(start) => (start.0, 0),
        Err(refused) => (-1, refused.code.code()),
    };
    DeleteRecordsPartitionResult {
        partition_index,
        low_watermark,
        error_code,
        ..Default::default()
    }
}
