//! RenewDelegationToken, key 39 (KIP-48). Versions 1-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |

use crate::wire::Blob;
use crate::wire::message::{api, schema};

api!(RenewDelegationToken: Request, Response);

schema! {
    /// Which token, known by its secret, and for how much longer.
    struct Request<'a> {
        hmac: Blob<'a>;
        renew_period_ms: i64;
    }

    /// When it expires now.
    struct Response<'a> {
        error_code: i16;
        expiry_timestamp_ms: i64;
        throttle_time_ms: i32;
    }
}
