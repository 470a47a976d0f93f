//! CreateDelegationToken, key 38 (KIP-48). Versions 1-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |
//! | 3 | A token can be made for somebody else |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(CreateDelegationToken: Request, Response);

schema! {
    /// Whose token, who may renew it, and for how long at most.
    struct Request<'a> {
        owner_principal_type: Option<Text<'a>> [since(3), nullable] = Some("".into());
        owner_principal_name: Option<Text<'a>> [since(3), nullable] = Some("".into());
        renewers: Vec<CreatableRenewers<'a>>;
        max_lifetime_ms: i64;
    }

    /// A principal who may renew the token.
    struct CreatableRenewers<'a> {
        principal_type: Text<'a>;
        principal_name: Text<'a>;
    }

    /// The token and its secret.
    struct Response<'a> {
        error_code: i16;
        principal_type: Text<'a>;
        principal_name: Text<'a>;
        token_requester_principal_type: Text<'a> [since(3)];
        token_requester_principal_name: Text<'a> [since(3)];
        issue_timestamp_ms: i64;
        expiry_timestamp_ms: i64;
        max_timestamp_ms: i64;
        token_id: Text<'a>;
        hmac: Blob<'a>;
        throttle_time_ms: i32;
    }
}
