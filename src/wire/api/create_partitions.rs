//! CreatePartitions, key 37: raises the partition count of topics. Versions 0-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | Flexible |
//! | 3 | THROTTLING_QUOTA_EXCEEDED is a possible error |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(CreatePartitions: Request, Response);

schema! {
    /// Topics to widen, or only to judge when `validate_only`.
    struct Request<'a> {
        topics: Vec<CreatePartitionsTopic<'a>>;
        timeout_ms: i32;
        validate_only: bool;
    }

    /// One topic.
    struct CreatePartitionsTopic<'a> {
        name: Text<'a>;
        /// The new number of partitions, old ones included.
        count: i32;
        /// One per added partition; null lets the broker choose.
        assignments: Option<Vec<CreatePartitionsAssignment<'a>>> [nullable] = Some(vec![]);
    }

    /// The brokers of one added partition, the preferred leader first.
    struct CreatePartitionsAssignment<'a> {
        broker_ids: Vec<i32>;
    }

    /// The outcome of each topic.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<CreatePartitionsTopicResult<'a>>;
    }

    /// One topic as widened, or why it was not.
    struct CreatePartitionsTopicResult<'a> {
        name: Text<'a>;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable];
    }
}
