//! DescribeProducers, key 61: the producers that partitions remember (KIP-664). Version 0.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeProducers: Request, Response);

schema! {
    /// Which partitions to look into.
    struct Request<'a> {
        topics: Vec<TopicRequest<'a>>;
    }

    /// The partitions of one topic.
    struct TopicRequest<'a> {
        name: Text<'a>;
        partition_indexes: Vec<i32>;
    }

    /// The producers.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<TopicResponse<'a>>;
    }

    /// The partitions of one topic.
    struct TopicResponse<'a> {
        name: Text<'a>;
        partitions: Vec<PartitionResponse<'a>>;
    }

    /// The producers of one partition.
    struct PartitionResponse<'a> {
        partition_index: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable];
        active_producers: Vec<ProducerState<'a>>;
    }

    /// One producer; -1 where there is nothing to tell.
    struct ProducerState<'a> {
        producer_id: i64;
        producer_epoch: i32;
        last_sequence: i32 = -1;
        last_timestamp: i64 = -1;
        coordinator_epoch: i32;
        current_txn_start_offset: i64 = -1;
    }
}
