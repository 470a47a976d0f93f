//! DescribeTopicPartitions, key 75: pages through topics and partitions (KIP-966). Version 0.

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeTopicPartitions: Request, Response);

schema! {
    /// Which topics, all when the list is empty, and where to go on.
    struct Request<'a> {
        topics: Vec<TopicRequest<'a>>;
        response_partition_limit: i32 = 2000;
        cursor: Option<Cursor<'a>> [nullable];
    }

    /// One topic.
    struct TopicRequest<'a> {
        name: Text<'a>;
    }

    /// The first topic and partition of a page.
    struct Cursor<'a> {
        topic_name: Text<'a>;
        partition_index: i32;
    }

    /// One page.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<DescribeTopicPartitionsResponseTopic<'a>>;
        /// Where the next page starts; null after the last.
        next_cursor: Option<Cursor<'a>> [nullable];
    }

    /// One topic, or the error that stands for it.
    struct DescribeTopicPartitionsResponseTopic<'a> {
        error_code: i16;
        name: Option<Text<'a>> [nullable] = Some("".into());
        topic_id: Uuid;
        is_internal: bool;
        partitions: Vec<DescribeTopicPartitionsResponsePartition<'a>>;
        topic_authorized_operations: i32 = i32::MIN;
    }

    /// Who leads and who follows one partition, and who may lead it without loss.
    struct DescribeTopicPartitionsResponsePartition<'a> {
        error_code: i16;
        partition_index: i32;
        leader_id: i32;
        leader_epoch: i32 = -1;
        replica_nodes: Vec<i32>;
        isr_nodes: Vec<i32>;
        eligible_leader_replicas: Option<Vec<i32>> [nullable];
        last_known_elr: Option<Vec<i32>> [nullable];
        offline_replicas: Vec<i32>;
    }
}
