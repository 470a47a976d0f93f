//! OffsetDelete, key 47: forgets offsets that a group no longer needs (KIP-496). Version 0.
//!
//! It has no flexible version.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(OffsetDelete: Request, Response);

schema! {
    /// Which offsets.
    struct Request<'a> {
        group_id: Text<'a>;
        topics: Vec<OffsetDeleteRequestTopic<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetDeleteRequestTopic<'a> {
        name: Text<'a>;
        partitions: Vec<OffsetDeleteRequestPartition<'a>>;
    }

    /// One partition.
    struct OffsetDeleteRequestPartition<'a> {
        partition_index: i32;
    }

    /// The outcome of each partition.
    struct Response<'a> {
        error_code: i16;
        throttle_time_ms: i32;
        topics: Vec<OffsetDeleteResponseTopic<'a>>;
    }

    /// The partitions of one topic.
    struct OffsetDeleteResponseTopic<'a> {
        name: Text<'a>;
        partitions: Vec<OffsetDeleteResponsePartition<'a>>;
    }

    /// The outcome of one partition.
    struct OffsetDeleteResponsePartition<'a> {
        partition_index: i32;
        error_code: i16;
    }
}
