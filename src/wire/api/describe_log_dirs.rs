//! DescribeLogDirs, key 35: what the disks hold. Versions 1-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |
//! | 3 | An error of the whole answer |
//! | 4 | Total and usable bytes of the volume |
//! | 5 | Cordoned directories |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeLogDirs: Request, Response);

schema! {
    /// Which partitions to describe; null for all.
    struct Request<'a> {
        topics: Option<Vec<DescribableLogDirTopic<'a>>> [nullable] = Some(vec![]);
    }

    /// The partitions of one topic.
    struct DescribableLogDirTopic<'a> {
        topic: Text<'a>;
        partitions: Vec<i32>;
    }

    /// The log directories of this broker.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16 [since(3), ignorable];
        results: Vec<DescribeLogDirsResult<'a>>;
    }

    /// One log directory.
    struct DescribeLogDirsResult<'a> {
        error_code: i16;
        log_dir: Text<'a>;
        topics: Vec<DescribeLogDirsTopic<'a>>;
        total_bytes: i64 [since(4), ignorable] = -1;
        usable_bytes: i64 [since(4), ignorable] = -1;
        is_cordoned: bool [since(5), ignorable];
    }

    /// What it holds of one topic.
    struct DescribeLogDirsTopic<'a> {
        name: Text<'a>;
        partitions: Vec<DescribeLogDirsPartition<'a>>;
    }

    /// What it holds of one partition.
    struct DescribeLogDirsPartition<'a> {
        partition_index: i32;
        partition_size: i64;
        /// How far the log is behind its high watermark or, while it moves, behind the one it
        /// replaces.
        offset_lag: i64;
        is_future_key: bool;
    }
}
