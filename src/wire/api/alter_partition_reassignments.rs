//! AlterPartitionReassignments, key 45: moves replicas (KIP-455). Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The number of replicas may be held fixed |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AlterPartitionReassignments: Request, Response);

schema! {
    /// The moves to start or to cancel.
    struct Request<'a> {
        timeout_ms: i32 = 60000;
        allow_replication_factor_change: bool [since(1)] = true;
        topics: Vec<ReassignableTopic<'a>>;
    }

    /// The moves of one topic.
    struct ReassignableTopic<'a> {
        name: Text<'a>;
        partitions: Vec<ReassignablePartition<'a>>;
    }

    /// The replicas to move one partition to; null cancels a move.
    struct ReassignablePartition<'a> {
        partition_index: i32;
        replicas: Option<Vec<i32>> [nullable];
    }

    /// The outcome of each partition.
    struct Response<'a> {
        throttle_time_ms: i32;
        allow_replication_factor_change: bool [since(1), ignorable] = true;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        responses: Vec<ReassignableTopicResponse<'a>>;
    }

    /// The partitions of one topic.
    struct ReassignableTopicResponse<'a> {
        name: Text<'a>;
        partitions: Vec<ReassignablePartitionResponse<'a>>;
    }

    /// The outcome of one partition.
    struct ReassignablePartitionResponse<'a> {
        partition_index: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
