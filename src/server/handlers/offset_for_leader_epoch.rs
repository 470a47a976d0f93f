//! OffsetForLeaderEpoch, versions 2-4: where an epoch ended, so that a reader can tell whether
//! its position is still in the log (KIP-320).

use std::sync::Arc;

use crate::model::LeaderEpoch;
use crate::server::answer::{Answer, Close};
use crate::server::ask::{self, Target};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::shard::{EpochEnd, ReadRefusal};
use crate::wire::api::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderTopicResult, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let mut targets: Vec<Target> = Vec::new();
    let mut epochs = Vec::new();
    for topic in &body.topics {
        let image = request.context.shard.image();
        for partition in &topic.partitions {
            targets.push(ask::locate(&image, &topic.topic, partition.partition));
            let current = LeaderEpoch(partition.current_leader_epoch);
            epochs.push((current, LeaderEpoch(partition.leader_epoch)));
        }
    }
    let epochs: Arc<[(LeaderEpoch, LeaderEpoch)]> = epochs.into();
    let found = ask::every(&request.context.shard, &targets, move |shard, id, at| {
        let (current, asked) = epochs[at];
        Box::pin(async move {
            let partition = shard.served(id).map_err(ReadRefusal::from);
            let checked = partition.and_then(|p| p.check_epoch(current).map(|()| p));
            let partition = checked.map_err(|refused| refusal::of_read(&refused))?;
            Ok(partition.epoch_end(asked))
        })
    });
    let mut found = found.await?.into_iter();
    let topics = body.topics.iter().map(|topic| OffsetForLeaderTopicResult {
        topic: topic.topic.clone(),
        partitions: topic
            .partitions
            .iter()
            .zip(&mut found)
            .map(|(partition, found)| end_offset(partition.partition, found))
            .collect(),
        ..Default::default()
    });
    let response = Response {
        topics: topics.collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn end_offset(partition: i32, found: Result<Option<EpochEnd>, Refused>) -> EpochEndOffset<'static> {
    let mut answer = EpochEndOffset {
        partition,
        ..Default::default()
    };
    match found {
        Ok(Some(end)) => (answer.leader_epoch, answer.end_offset) = (end.epoch.0, end.end.0),
        Ok(None) => {}
        Err(refused) => answer.error_code = refused.code.code(),
    }
    answer
}
