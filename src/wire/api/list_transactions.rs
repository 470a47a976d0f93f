//! ListTransactions, key 66 (KIP-664). Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Filter by age |
//! | 2 | Filter by a pattern of the id (KIP-1152) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ListTransactions: Request, Response);

schema! {
    /// Which transactions to list; empty filters let all pass.
    struct Request<'a> {
        state_filters: Vec<Text<'a>>;
        producer_id_filters: Vec<i64>;
        /// Milliseconds that a transaction must have run; below zero for no filter.
        duration_filter: i64 [since(1)] = -1;
        transactional_id_pattern: Option<Text<'a>> [since(2), nullable];
    }

    /// The transactions that this coordinator knows.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        unknown_state_filters: Vec<Text<'a>>;
        transaction_states: Vec<TransactionState<'a>>;
    }

    /// One transactional id.
    struct TransactionState<'a> {
        transactional_id: Text<'a>;
        producer_id: i64;
        transaction_state: Text<'a>;
    }
}
