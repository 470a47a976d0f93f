//! SaslHandshake, key 17: names the mechanism to log in by. Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | SaslAuthenticate follows, not bare tokens |
//!
//! It has no flexible version: clients up to 2.4 could not negotiate one.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(SaslHandshake: Request, Response);

schema! {
    /// The mechanism.
    struct Request<'a> {
        mechanism: Text<'a>;
    }

    /// The mechanisms that there are.
    struct Response<'a> {
        error_code: i16;
        mechanisms: Vec<Text<'a>>;
    }
}
