//! OffsetForLeaderEpoch, key 23: where an epoch ends in the log of the leader. Versions 2-4.
//!
//! | Version | What changed |
//! |---|---|
//! | 2 | Oldest served: carries the asker's leader epoch, which fences stale askers |
//! | 3 | Says who asks; -2, the default, is a consumer that may look past the high watermark |
//! | 4 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(OffsetForLeaderEpoch: Request, Response);

schema! {
    /// Which epochs to look up.
    struct Request<'a> {
        replica_id: i32 [since(3), ignorable] = -2;
        topics: Vec<OffsetForLeaderTopic<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetForLeaderTopic<'a> {
        topic: Text<'a>;
        partitions: Vec<OffsetForLeaderPartition<'a>>;
    }

    /// One epoch of one partition to look up.
    struct OffsetForLeaderPartition<'a> {
        partition: i32;
        current_leader_epoch: i32 = -1;
        leader_epoch: i32;
    }

    /// Where the epochs end.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<OffsetForLeaderTopicResult<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetForLeaderTopicResult<'a> {
        topic: Text<'a>;
        partitions: Vec<EpochEndOffset<'a>>;
    }

    /// The largest known epoch up to the one asked for, and the offset after its last record; both
    /// -1 when there is none.
    struct EpochEndOffset<'a> {
        error_code: i16;
        partition: i32;
        leader_epoch: i32 = -1;
        end_offset: i64 = -1;
    }
}
