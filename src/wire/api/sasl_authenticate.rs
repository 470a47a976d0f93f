//! SaslAuthenticate, key 36: one step of the log-in. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | How long the log-in lasts |
//! | 2 | Flexible |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(SaslAuthenticate: Request, Response);

schema! {
    /// One token of the mechanism's.
    struct Request<'a> {
        auth_bytes: Blob<'a>;
    }

    /// The token that answers it.
    struct Response<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        auth_bytes: Blob<'a>;
        session_lifetime_ms: i64 [since(1), ignorable];
    }
}
