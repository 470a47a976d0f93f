//! Produce, key 0: appends record batches to partitions. Versions 3-13.
//!
//! | Version | What changed |
//! |---|---|
//! | 3 | Oldest served: batches of format 2, transactional id |
//! | 4 | The answer may hold KAFKA_STORAGE_ERROR |
//! | 5 | The answer tells the log start offset, to explain OUT_OF_ORDER_SEQUENCE |
//! | 6 | Throttling happens after the answer |
//! | 7 | Batches may be compressed with zstd |
//! | 8 | The answer can point at single records and explain its error |
//! | 9 | Flexible |
//! | 10 | The answer to a wrong leader names the right one and where it listens (KIP-951) |
//! | 11, 12 | Transactions v2 (KIP-890): new errors, partitions join a transaction by a write |
//! | 13 | Topics by id instead of name |
//!
//! A request with acks 0 gets no answer.

use crate::model::Uuid;
use crate::wire::message::{api, schema};
use crate::wire::{Records, Text};

api!(Produce: Request, Response);

schema! {
    /// Batches for any number of partitions.
    struct Request<'a> {
        transactional_id: Option<Text<'a>> [nullable];
        /// 0: no answer. 1: the leader has it. -1: all in-sync replicas have it.
        acks: i16;
        timeout_ms: i32;
        topic_data: Vec<TopicProduceData<'a>>;
    }

    /// The batches for one topic, named until version 12, by id from 13 on.
    struct TopicProduceData<'a> {
        name: Text<'a> [until(12), ignorable];
        topic_id: Uuid [since(13), ignorable];
        partition_data: Vec<PartitionProduceData<'a>>;
    }

    /// What to append to one partition: one batch of format 2, not looked into here.
    struct PartitionProduceData<'a> {
        index: i32;
        records: Option<Records<'a>> [nullable] = Some(Default::default());
    }

    /// Where every partition put its batch, or why it did not.
    struct Response<'a> {
        responses: Vec<TopicProduceResponse<'a>>;
        throttle_time_ms: i32;
        node_endpoints: Vec<NodeEndpoint<'a>> [since(10), tag(0)];
    }

    /// The outcome for one topic.
    struct TopicProduceResponse<'a> {
        name: Text<'a> [until(12), ignorable];
        topic_id: Uuid [since(13), ignorable];
        partition_responses: Vec<PartitionProduceResponse<'a>>;
    }

    /// The outcome for one partition.
    struct PartitionProduceResponse<'a> {
        index: i32;
        error_code: i16;
        /// Offset of the first record appended, -1 on error.
        base_offset: i64;
        /// -1 unless the topic keeps the time of the append.
        log_append_time_ms: i64 = -1;
        log_start_offset: i64 [since(5), ignorable] = -1;
        record_errors: Vec<BatchIndexAndErrorMessage<'a>> [since(8), ignorable];
        error_message: Option<Text<'a>> [since(8), nullable, ignorable];
        current_leader: LeaderIdAndEpoch<'a> [since(10), tag(0)];
    }

    /// What is wrong with one record of a refused batch.
    struct BatchIndexAndErrorMessage<'a> {
        batch_index: i32;
        batch_index_error_message: Option<Text<'a>> [nullable];
    }

    /// Who leads the partition now.
    struct LeaderIdAndEpoch<'a> {
        leader_id: i32 = -1;
        leader_epoch: i32 = -1;
    }

    /// Where a leader named in this answer listens.
    struct NodeEndpoint<'a> {
        node_id: i32;
        host: Text<'a>;
        port: i32;
        rack: Option<Text<'a>> [nullable];
    }
}
