//! DescribeDelegationToken, key 41 (KIP-48). Versions 1-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: throttling happens after the answer |
//! | 2 | Flexible |
//! | 3 | The answer tells who asked for a token |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(DescribeDelegationToken: Request, Response);

schema! {
    /// Whose tokens; null for all that the caller may see.
    struct Request<'a> {
        owners: Option<Vec<DescribeDelegationTokenOwner<'a>>> [nullable] = Some(vec![]);
    }

    /// One owner.
    struct DescribeDelegationTokenOwner<'a> {
        principal_type: Text<'a>;
        principal_name: Text<'a>;
    }

    /// The tokens.
    struct Response<'a> {
        error_code: i16;
        tokens: Vec<DescribedDelegationToken<'a>>;
        throttle_time_ms: i32;
    }

    /// One token.
    struct DescribedDelegationToken<'a> {
        principal_type: Text<'a>;
        principal_name: Text<'a>;
        token_requester_principal_type: Text<'a> [since(3)];
        token_requester_principal_name: Text<'a> [since(3)];
        issue_timestamp: i64;
        expiry_timestamp: i64;
        max_timestamp: i64;
        token_id: Text<'a>;
        hmac: Blob<'a>;
        renewers: Vec<DescribedDelegationTokenRenewer<'a>>;
    }

    /// A principal who may renew it.
    struct DescribedDelegationTokenRenewer<'a> {
        principal_type: Text<'a>;
        principal_name: Text<'a>;
    }
}
