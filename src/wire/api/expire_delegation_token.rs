//! ExpireDelegationToken, key 40 (KIP-48). Versions 1-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |

use crate::wire::Blob;
use crate::wire::message::{api, schema};

api!(ExpireDelegationToken: Request, Response);

schema! {
    /// Which token, known by its secret, and when it shall expire; below zero for now.
    struct Request<'a> {
        hmac: Blob<'a>;
        expiry_time_period_ms: i64;
    }

    /// When it expires now.
    struct Response<'a> {
        error_code: i16;
        expiry_timestamp_ms: i64;
        throttle_time_ms: i32;
    }
}
