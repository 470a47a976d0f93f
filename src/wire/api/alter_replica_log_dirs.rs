//! AlterReplicaLogDirs, key 34: moves replicas between disks of a broker. Versions 1-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AlterReplicaLogDirs: Request, Response);

schema! {
    /// What to move where.
    struct Request<'a> {
        dirs: Vec<AlterReplicaLogDir<'a>>;
    }

    /// A log directory, and what shall be in it.
    struct AlterReplicaLogDir<'a> {
        path: Text<'a>;
        topics: Vec<AlterReplicaLogDirTopic<'a>>;
    }

    /// The partitions of one topic.
    struct AlterReplicaLogDirTopic<'a> {
        name: Text<'a>;
        partitions: Vec<i32>;
    }

    /// The outcome of each partition.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<AlterReplicaLogDirTopicResult<'a>>;
    }

    /// The partitions of one topic.
    struct AlterReplicaLogDirTopicResult<'a> {
        topic_name: Text<'a>;
        partitions: Vec<AlterReplicaLogDirPartitionResult<'a>>;
    }

    /// The outcome of one partition.
    struct AlterReplicaLogDirPartitionResult<'a> {
        partition_index: i32;
        error_code: i16;
    }
}
