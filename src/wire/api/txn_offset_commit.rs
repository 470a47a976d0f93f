//! TxnOffsetCommit, key 28: offsets that count when the transaction commits. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | The leader epoch of the last record read |
//! | 3 | Flexible. Member and generation, to fence zombies |
//! | 4 | TRANSACTION_ABORTABLE (KIP-890) |
//! | 5 | Adds the group to the transaction by itself (KIP-890) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(TxnOffsetCommit: Request, Response);

schema! {
    /// Which transaction commits what.
    struct Request<'a> {
        transactional_id: Text<'a>;
        group_id: Text<'a>;
        producer_id: i64;
        producer_epoch: i16;
        generation_id: i32 [since(3)] = -1;
        member_id: Text<'a> [since(3)];
        group_instance_id: Option<Text<'a>> [since(3), nullable];
        topics: Vec<TxnOffsetCommitRequestTopic<'a>>;
    }

    /// The partitions of one topic.
    struct TxnOffsetCommitRequestTopic<'a> {
        name: Text<'a>;
        partitions: Vec<TxnOffsetCommitRequestPartition<'a>>;
    }

    /// The next offset to read of one partition.
    struct TxnOffsetCommitRequestPartition<'a> {
        partition_index: i32;
        committed_offset: i64;
        committed_leader_epoch: i32 [since(2), ignorable] = -1;
        committed_metadata: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// The outcome of each partition.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<TxnOffsetCommitResponseTopic<'a>>;
    }

    /// The partitions of one topic.
    struct TxnOffsetCommitResponseTopic<'a> {
        name: Text<'a>;
        partitions: Vec<TxnOffsetCommitResponsePartition<'a>>;
    }

    /// The outcome of one partition.
    struct TxnOffsetCommitResponsePartition<'a> {
        partition_index: i32;
        error_code: i16;
    }
}
