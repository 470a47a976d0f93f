//! EndTxn, key 26: commits or aborts a transaction. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | PRODUCER_FENCED is a possible error |
//! | 3 | Flexible |
//! | 4 | TRANSACTION_ABORTABLE (KIP-890) |
//! | 5 | The answer gives the epoch for the next transaction |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(EndTxn: Request, Response);

schema! {
    /// Which transaction.
    struct Request<'a> {
        transactional_id: Text<'a>;
        producer_id: i64;
        producer_epoch: i16;
        /// False aborts.
        committed: bool;
    }

    /// The outcome; id and epoch are -1 before version 5.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        producer_id: i64 [since(5), ignorable] = -1;
        producer_epoch: i16 [since(5), ignorable] = -1;
    }
}
