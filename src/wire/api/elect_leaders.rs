//! ElectLeaders, key 43. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Election type: 0 preferred, 1 unclean (KIP-460); an error of the whole answer |
//! | 2 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ElectLeaders: Request, Response);

schema! {
    /// Which partitions need a leader; null for all.
    struct Request<'a> {
        election_type: i8 [since(1)];
        topic_partitions: Option<Vec<TopicPartitions<'a>>> [nullable] = Some(vec![]);
        timeout_ms: i32 = 60000;
    }

    /// The partitions of one topic.
    struct TopicPartitions<'a> {
        topic: Text<'a>;
        partitions: Vec<i32>;
    }

    /// The outcome of each partition.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16 [since(1)];
        replica_election_results: Vec<ReplicaElectionResult<'a>>;
    }

    /// The partitions of one topic.
    struct ReplicaElectionResult<'a> {
        topic: Text<'a>;
        partition_result: Vec<PartitionResult<'a>>;
    }

    /// The outcome of one partition.
    struct PartitionResult<'a> {
        partition_id: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
