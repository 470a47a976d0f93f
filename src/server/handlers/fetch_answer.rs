//! Builds a Fetch answer: within its size limit, without the partitions that a session need not
//! hear of.

use std::collections::HashMap;

use super::fetch_read::Item;
use crate::io::Part;
use crate::model::Uuid;
use crate::server::answer::{Answer, Close};
use crate::server::fetch_session::Plan;
use crate::server::fetch_wants::{Told, TopicRef};
use crate::wire::api::fetch::{
    AbortedTransaction, FetchableTopicResponse, PartitionData, Response,
};
use crate::wire::{Records, Text};

/// An answer whose payloads lie beside it.
pub(super) struct FetchAnswer {
    response: Response<'static>,
    payloads: Vec<Vec<Part>>,
}

impl FetchAnswer {
    pub fn encode(self, correlation: i32, version: i16) -> Result<Answer, Close> {
        Ok(Answer::encode(correlation, &self.response, version)?.with_payloads(self.payloads))
    }
}

/// Puts what was read into an answer of at most `max_bytes` of records; the first batch of the
/// first partition that has one may exceed that.
pub(super) fn build(plan: &Plan, items: Vec<Item>, max_bytes: usize) -> FetchAnswer {
    let mut interest = plan.interest.borrow_mut();
    let mut answer = FetchAnswer {
        response: Response {
            session_id: plan.session,
            ..Response::default()
        },
        payloads: Vec::new(),
    };
    let mut topics: HashMap<TopicRef, usize> = HashMap::new();
    let mut left = max_bytes;
    let mut any = false;
    for mut item in items {
        let (told, mut has_news) = told(&item);
        if let Ok(read) = &mut item.outcome {
            let fits = if any {
                left
            } else {
                left.max(read.first_batch)
            };
            if read.size > fits {
                read.cut(fits);
                has_news = read.size > 0;
            }
            any |= read.size > 0;
            left = left.saturating_sub(read.size);
        }
        let moved = interest.tell(item.token, &item.key, told, has_news);
        if plan.incremental && !moved && !has_news {
            continue;
        }
        let responses = &mut answer.response.responses;
        let at = *topics.entry(item.key.topic.clone()).or_insert_with(|| {
            responses.push(topic_response(&item.key.topic));
            responses.len() - 1
        });
        let data = partition_data(item, &mut answer.payloads);
        answer.response.responses[at].partitions.push(data);
    }
    answer
}

/// What the answer tells a session about a partition, and whether that is news in any case.
fn told(item: &Item) -> (Told, bool) {
    match &item.outcome {
        Ok(read) => {
            let marks = read.watermarks;
            (
                Told {
                    high: marks.high.0,
                    log_start: marks.log_start.0,
                },
                read.size > 0,
            )
        }
        Err(_) => (
            Told {
                high: -1,
                log_start: -1,
            },
            true,
        ),
    }
}

fn topic_response(topic: &TopicRef) -> FetchableTopicResponse<'static> {
    let (name, id) = match topic {
        TopicRef::Name(name) => (name.clone(), Uuid::ZERO),
        TopicRef::Id(id) => (String::new(), *id),
    };
    FetchableTopicResponse {
        topic: Text::from(name),
        topic_id: id,
        ..Default::default()
    }
}

fn partition_data(item: Item, payloads: &mut Vec<Vec<Part>>) -> PartitionData<'static> {
    let mut data = PartitionData {
        partition_index: item.key.index,
        high_watermark: -1,
        aborted_transactions: None,
        ..PartitionData::default()
    };
    match item.outcome {
        Err(refused) => data.error_code = refused.code.code(),
        Ok(read) => {
            data.high_watermark = read.watermarks.high.0;
            data.last_stable_offset = read.watermarks.last_stable.0;
            data.log_start_offset = read.watermarks.log_start.0;
            data.aborted_transactions = read.aborted.map(|list| {
                let entry = |(id, first): (crate::model::ProducerId, crate::model::Offset)| {
                    AbortedTransaction {
                        producer_id: id.0,
                        first_offset: first.0,
                        ..Default::default()
                    }
                };
                list.into_iter().map(entry).collect()
            });
            if read.size > 0 {
                data.records = Some(Records::Spliced {
                    index: payloads.len(),
                    len: read.size,
                });
                payloads.push(read.parts);
            }
        }
    }
    data
}
