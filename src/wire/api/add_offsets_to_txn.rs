//! AddOffsetsToTxn, key 25: a transaction will commit offsets of a group. Versions 0-4.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | PRODUCER_FENCED is a possible error |
//! | 3 | Flexible |
//! | 4 | TRANSACTION_ABORTABLE (KIP-890) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AddOffsetsToTxn: Request, Response);

schema! {
    /// Which transaction and which group.
    struct Request<'a> {
        transactional_id: Text<'a>;
        producer_id: i64;
        producer_epoch: i16;
        group_id: Text<'a>;
    }

    /// The outcome.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
    }
}
