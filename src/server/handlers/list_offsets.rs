//! ListOffsets, versions 1-11: earliest, latest, by time, of the largest timestamp.

use std::sync::Arc;

use crate::model::{ErrorCode, LeaderEpoch, PartitionId, Timestamp};
use crate::server::answer::{Answer, Close};
use crate::server::ask::{self, Target};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::shard::{Listed, ListedOffset, Shard};
use crate::wire::api::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsTopicResponse, Request as Body,
    Response,
};

/// What to look for in one partition.
#[derive(Clone, Copy)]
struct Wanted {
    epoch: LeaderEpoch,
    listed: Listed,
}

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let (version, committed_only) = (incoming.version(), body.isolation_level == 1);
    let mut targets: Vec<Target> = Vec::new();
    let mut wanted = Vec::new();
    for topic in &body.topics {
        let image = request.context.shard.image();
        for partition in &topic.partitions {
            let epoch = LeaderEpoch(partition.current_leader_epoch);
            let listed = listed(partition, committed_only, version);
            let target = ask::locate(&image, &topic.name, partition.partition_index);
            targets.push(listed.and(target));
            wanted.push(Wanted {
                epoch,
                listed: listed.unwrap_or(Listed::Nothing),
            });
        }
    }
    let wanted: Arc<[Wanted]> = wanted.into();
    let found = ask::every(&request.context.shard, &targets, move |shard, id, at| {
        let wanted = wanted[at];
        Box::pin(async move { look(&shard, id, wanted).await })
    });
    let mut found = found.await?.into_iter();
    let topics = body.topics.iter().map(|topic| ListOffsetsTopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .zip(&mut found)
            .map(|(asked, found)| partition_response(asked.partition_index, found, version))
            .collect(),
        ..Default::default()
    });
    let response = Response {
        topics: topics.collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

async fn look(shard: &Shard, id: PartitionId, wanted: Wanted) -> Result<ListedOffset, Refused> {
    let found = async {
        let partition = shard.served(id)?;
        partition.check_epoch(wanted.epoch)?;
        partition.list_offset(wanted.listed).await
    };
    found.await.map_err(|refused| refusal::of_read(&refused))
}

/// The meaning of a timestamp: the negative ones are names. Without tiered storage, the earliest
/// local offset is the earliest, and nothing is tiered or waits to be.
fn listed(
    partition: &ListOffsetsPartition<'_>,
    committed_only: bool,
    version: i16,
) -> Result<Listed, ErrorCode> {
    Ok(match partition.timestamp {
        -1 => Listed::Latest { committed_only },
        -2 => Listed::Earliest,
        -3 if version >= 7 => Listed::MaxTimestamp,
        -4 if version >= 8 => Listed::Earliest,
        -5 if version >= 9 => Listed::Nothing,
        -6 if version >= 11 => Listed::Nothing,
        time @ 0.. => Listed::At(Timestamp(time)),
        _ => return Err(ErrorCode::UnsupportedVersion),
    })
}

fn partition_response(
    index: i32,
    found: Result<ListedOffset, Refused>,
    version: i16,
) -> ListOffsetsPartitionResponse<'static> {
    let mut response = ListOffsetsPartitionResponse {
        partition_index: index,
        ..Default::default()
    };
    match found {
        Ok(listed) => {
            response.timestamp = listed.timestamp.0;
            response.offset = listed.offset.map_or(-1, |offset| offset.0);
            if version >= 4 {
                response.leader_epoch = listed.epoch.0;
            }
        }
        Err(refused) => response.error_code = refused.code.code(),
    }
    response
}
