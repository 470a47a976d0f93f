//! DeleteRecords, key 21: moves the start of logs. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DeleteRecords: Request, Response);

schema! {
    /// Up to which offset to delete.
    struct Request<'a> {
        topics: Vec<DeleteRecordsTopic<'a>>;
        timeout_ms: i32;
    }

    /// The partitions of one topic.
    struct DeleteRecordsTopic<'a> {
        name: Text<'a>;
        partitions: Vec<DeleteRecordsPartition<'a>>;
    }

    /// One partition; offset -1 means up to the high watermark.
    struct DeleteRecordsPartition<'a> {
        partition_index: i32;
        offset: i64;
    }

    /// Where the logs start now.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<DeleteRecordsTopicResult<'a>>;
    }

    /// The partitions of one topic.
    struct DeleteRecordsTopicResult<'a> {
        name: Text<'a>;
        partitions: Vec<DeleteRecordsPartitionResult<'a>>;
    }

    /// The new log start of one partition, called its low watermark.
    struct DeleteRecordsPartitionResult<'a> {
        partition_index: i32;
        low_watermark: i64;
        error_code: i16;
    }
}
