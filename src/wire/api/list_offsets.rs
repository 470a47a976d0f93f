//! ListOffsets, key 2: the offset at a time, or at one of the named ends. Versions 1-11.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: one offset with its timestamp per partition |
//! | 2 | Isolation level; the answer can say that it was throttled |
//! | 3 | Throttling happens after the answer |
//! | 4 | Leader epochs, asked with and answered with |
//! | 5 | OFFSET_NOT_AVAILABLE while a new leader cannot yet vouch for an answer |
//! | 6 | Flexible |
//! | 7 | Timestamp -3: the record with the largest timestamp |
//! | 8 | Timestamp -4: the earliest offset kept locally |
//! | 9 | Timestamp -5: the latest offset in tiered storage |
//! | 10 | How long a lookup in tiered storage may take |
//! | 11 | Timestamp -6: the earliest offset not yet uploaded |
//!
//! At all versions -1 asks for the latest offset and -2 for the earliest.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ListOffsets: Request, Response);

schema! {
    /// Which partitions to look into, and as which kind of reader.
    struct Request<'a> {
        replica_id: i32;
        isolation_level: i8 [since(2)];
        topics: Vec<ListOffsetsTopic<'a>>;
        timeout_ms: i32 [since(10), ignorable];
    }

    /// The partitions of one topic to look into.
    struct ListOffsetsTopic<'a> {
        name: Text<'a>;
        partitions: Vec<ListOffsetsPartition<'a>>;
    }

    /// What to look for in one partition.
    struct ListOffsetsPartition<'a> {
        partition_index: i32;
        current_leader_epoch: i32 [since(4), ignorable] = -1;
        /// Milliseconds since 1970, or one of the negative names above.
        timestamp: i64;
    }

    /// The offsets found.
    struct Response<'a> {
        throttle_time_ms: i32 [since(2), ignorable];
        topics: Vec<ListOffsetsTopicResponse<'a>>;
    }

    /// The offsets found in one topic.
    struct ListOffsetsTopicResponse<'a> {
        name: Text<'a>;
        partitions: Vec<ListOffsetsPartitionResponse<'a>>;
    }

    /// The offset found in one partition; -1 with timestamp -1 when there is none.
    struct ListOffsetsPartitionResponse<'a> {
        partition_index: i32;
        error_code: i16;
        timestamp: i64 = -1;
        offset: i64 = -1;
        leader_epoch: i32 [since(4)] = -1;
    }
}
