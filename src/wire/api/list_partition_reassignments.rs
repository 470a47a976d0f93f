//! ListPartitionReassignments, key 46: moves under way (KIP-455). Version 0.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ListPartitionReassignments: Request, Response);

schema! {
    /// Which partitions to look at; null for all.
    struct Request<'a> {
        timeout_ms: i32 = 60000;
        topics: Option<Vec<ListPartitionReassignmentsTopics<'a>>> [nullable];
    }

    /// The partitions of one topic.
    struct ListPartitionReassignmentsTopics<'a> {
        name: Text<'a>;
        partition_indexes: Vec<i32>;
    }

    /// The moves under way.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        topics: Vec<OngoingTopicReassignment<'a>>;
    }

    /// The moves of one topic.
    struct OngoingTopicReassignment<'a> {
        name: Text<'a>;
        partitions: Vec<OngoingPartitionReassignment<'a>>;
    }

    /// The replicas of one partition, with those that come and go.
    struct OngoingPartitionReassignment<'a> {
        partition_index: i32;
        replicas: Vec<i32>;
        adding_replicas: Vec<i32>;
        removing_replicas: Vec<i32>;
    }
}
