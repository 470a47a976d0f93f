//! OffsetCommit, key 8: how far a group has read. Versions 2-10.
//!
//! | Version | What changed |
//! |---|---|
//! | 2 | Oldest served: member, generation and a retention time |
//! | 3 | The answer can say that it was throttled |
//! | 4 | Throttling happens after the answer, not before it |
//! | 5 | No retention time: the broker decides |
//! | 6 | The leader epoch of the last record read |
//! | 7 | Static members (KIP-345) |
//! | 8 | Flexible |
//! | 9 | Usable by members of KIP-848 groups; STALE_MEMBER_EPOCH |
//! | 10 | Topics by id instead of name |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(OffsetCommit: Request, Response);

schema! {
    /// Who commits, and how far.
    struct Request<'a> {
        group_id: Text<'a>;
        /// Generation of a classic member, epoch of one of KIP-848, -1 from outside the group.
        generation_id_or_member_epoch: i32 = -1;
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(7), nullable];
        retention_time_ms: i64 [until(4), ignorable] = -1;
        topics: Vec<OffsetCommitRequestTopic<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetCommitRequestTopic<'a> {
        name: Text<'a> [until(9), ignorable];
        topic_id: Uuid [since(10), ignorable];
        partitions: Vec<OffsetCommitRequestPartition<'a>>;
    }

    /// The next offset to read of one partition.
    struct OffsetCommitRequestPartition<'a> {
        partition_index: i32;
        committed_offset: i64;
        committed_leader_epoch: i32 [since(6), ignorable] = -1;
        committed_metadata: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// The outcome of each partition.
    struct Response<'a> {
        throttle_time_ms: i32 [since(3), ignorable];
        topics: Vec<OffsetCommitResponseTopic<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetCommitResponseTopic<'a> {
        name: Text<'a> [until(9), ignorable];
        topic_id: Uuid [since(10), ignorable];
        partitions: Vec<OffsetCommitResponsePartition<'a>>;
    }

    /// The outcome of one partition.
    struct OffsetCommitResponsePartition<'a> {
        partition_index: i32;
        error_code: i16;
    }
}
