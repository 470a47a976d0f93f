//! Produce, versions 3-13. Stage one (order and staging) ends before the next request of the
//! connection starts; the acknowledgement follows when the batches are committed.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::model::{ErrorCode, PartitionId, ShardId};
use crate::server::answer::{Answer, Close};
use crate::server::context::Context;
use crate::server::pipeline::Promise;
use crate::server::refusal::{self, Refused};
use crate::shard::{Append, AppendOutcome, Appended, Permit, Reply};
use crate::wire::api::produce::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, Request, Response, TopicProduceResponse,
};
use crate::wire::{Incoming, Text};

/// A partition of the request: where its answer stands, and what became of it.
struct Slot {
    index: i32,
    outcome: Result<Appended, Refused>,
}

/// The topics of a request in its order, each with its partitions.
type Slots = Vec<(TopicKey, Vec<Slot>)>;

/// How the request named the topic; the answer names it the same way.
struct TopicKey {
    name: String,
    id: crate::model::Uuid,
}

/// Batches under way on one shard, with the slots that they answer.
struct UnderWay {
    slots: Vec<(usize, usize)>,
    reply: Reply<Vec<AppendOutcome>>,
}

/// Decodes, stages, and promises the answer.
pub async fn begin(
    context: &Rc<Context>,
    frame: &Bytes,
    mut incoming: Incoming<'_>,
    permit: Permit,
) -> Result<Promise, Close> {
    let request: Request<'_> = incoming.decode().map_err(Close::malformed)?;
    let (version, correlation) = (incoming.version(), incoming.header.correlation_id);
    let acks = request.acks;
    if !matches!(acks, -1..=1) {
        let slots = refuse_all(&request, ErrorCode::InvalidRequiredAcks);
        return Ok(Promise::small(count(&slots), async move {
            respond(slots, correlation, version).map(Some)
        }));
    }
    let timeout = Duration::from_millis(request.timeout_ms.max(0) as u64);
    let (mut slots, batches) = sort_out(context, frame, &request, version);
    let mut under_way = Vec::with_capacity(batches.len());
    for (shard, (places, appends)) in batches {
        let reply = context.shard.post_appends(shard, appends, timeout).await;
        under_way.push(UnderWay {
            slots: places,
            reply: reply.map_err(|_| Close::Stopping)?,
        });
    }
    Ok(Promise::small(count(&slots), async move {
        for part in under_way {
            let outcomes = part.reply.await.map_err(|_| Close::Stopping)?;
            for ((topic, place), outcome) in part.slots.into_iter().zip(outcomes) {
                slots[topic].1[place].outcome = outcome.map_err(|r| refusal::of_append(&r));
            }
        }
        if acks == 0 {
            drop(permit);
            return silence(&slots);
        }
        let answer = respond(slots, correlation, version)?;
        Ok(Some(answer.holding(permit)))
    }))
}

/// Partitions that the answer will list.
fn count(slots: &Slots) -> usize {
    slots.iter().map(|(_, places)| places.len()).sum()
}

type Batches = BTreeMap<ShardId, (Vec<(usize, usize)>, Vec<Append>)>;

/// Finds the owner of every batch; what has none is refused in its slot.
fn sort_out(
    context: &Context,
    frame: &Bytes,
    request: &Request<'_>,
    version: i16,
) -> (Slots, Batches) {
    let image = context.shard.image();
    let mut batches = Batches::new();
    let mut slots = Slots::with_capacity(request.topic_data.len());
    for topic in &request.topic_data {
        let key = TopicKey {
            name: topic.name.to_string(),
            id: topic.topic_id,
        };
        let found = match version {
            13.. => image
                .topic_by_id(topic.topic_id)
                .ok_or(ErrorCode::UnknownTopicId),
            _ => image
                .topic(&topic.name)
                .ok_or(ErrorCode::UnknownTopicOrPartition),
        };
        let mut places = Vec::with_capacity(topic.partition_data.len());
        for partition in &topic.partition_data {
            let place = (slots.len(), places.len());
            let refused = match found {
                Err(code) => Some(code),
                Ok(topic) if topic.partition(partition.index).is_none() => {
                    Some(ErrorCode::UnknownTopicOrPartition)
                }
                Ok(topic) => {
                    let id = PartitionId {
                        topic: topic.id,
                        index: partition.index,
                    };
                    let records = partition.records.as_ref().map_or(&[][..], |r| r.slice());
                    let entry = batches.entry(context.shard.router.owner(id)).or_default();
                    entry.0.push(place);
                    entry.1.push(Append {
                        partition: id,
                        batch: frame.slice_ref(records),
                        zstd_allowed: version >= 7,
                    });
                    None
                }
            };
            let refused = refused.unwrap_or(ErrorCode::UnknownServerError);
            places.push(Slot {
                index: partition.index,
                outcome: Err(Refused::bare(refused)),
            });
        }
        slots.push((key, places));
    }
    (slots, batches)
}

fn refuse_all(request: &Request<'_>, code: ErrorCode) -> Slots {
    let slot = |index| Slot {
        index,
        outcome: Err(Refused::bare(code)),
    };
    let topics = request.topic_data.iter();
    topics
        .map(|topic| {
            let key = TopicKey {
                name: topic.name.to_string(),
                id: topic.topic_id,
            };
            (
                key,
                topic.partition_data.iter().map(|p| slot(p.index)).collect(),
            )
        })
        .collect()
}

/// `acks=0` has no answer; a refusal can only be told by closing the connection.
fn silence(slots: &Slots) -> Result<Option<Answer>, Close> {
    let refused = slots.iter().flat_map(|(key, places)| {
        places
            .iter()
            .filter_map(move |slot| Some((key, slot, slot.outcome.as_ref().err()?)))
    });
    match refused.into_iter().next() {
        None => Ok(None),
        Some((key, slot, refused)) => Err(Close::Unanswerable(format!(
            "{}-{}: {}",
            key.name,
            slot.index,
            refused.code.name()
        ))),
    }
}

fn respond(slots: Slots, correlation: i32, version: i16) -> Result<Answer, Close> {
    let mut response = Response::default();
    for (key, places) in &slots {
        response.responses.push(TopicProduceResponse {
            name: Text::from(key.name.as_str()),
            topic_id: key.id,
            partition_responses: places.iter().map(partition_response).collect(),
            ..TopicProduceResponse::default()
        });
    }
    Answer::encode(correlation, &response, version)
}

fn partition_response(slot: &Slot) -> PartitionProduceResponse<'_> {
    let mut response = PartitionProduceResponse {
        index: slot.index,
        ..Default::default()
    };
    match &slot.outcome {
        Ok(appended) => {
            response.base_offset = appended.base_offset.0;
            response.log_append_time_ms = appended.append_time.0;
            response.log_start_offset = appended.log_start.0;
        }
        Err(refused) => {
            response.error_code = refused.code.code();
            response.base_offset = -1;
            response.error_message = refused.message.as_deref().map(Text::from);
            response.record_errors = refused
                .records
                .iter()
                .map(|(index, message)| BatchIndexAndErrorMessage {
                    batch_index: *index,
                    batch_index_error_message: message.as_deref().map(Text::from),
                    ..Default::default()
                })
                .collect();
        }
    }
    response
}
