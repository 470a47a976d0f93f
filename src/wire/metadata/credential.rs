//! Secrets that clients log in with: SCRAM credentials and delegation tokens.

use crate::wire::message::schema;
use crate::wire::{Blob, Text};

schema! {
    /// What a user's password was turned into; the password is not kept.
    struct UserScramCredentialRecord<'a> {
        name: Text<'a>;
        /// 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512.
        mechanism: i8;
        salt: Blob<'a>;
        stored_key: Blob<'a>;
        server_key: Blob<'a>;
        iterations: i32;
    }

    /// A user can no longer log in by this mechanism.
    struct RemoveUserScramCredentialRecord<'a> {
        name: Text<'a>;
        mechanism: i8;
    }

    /// A token exists, or was renewed; times are milliseconds since 1970.
    struct DelegationTokenRecord<'a> {
        owner: Text<'a>;
        requester: Text<'a>;
        renewers: Vec<Text<'a>>;
        issue_timestamp: i64;
        max_timestamp: i64;
        expiration_timestamp: i64;
        token_id: Text<'a>;
    }

    /// A token has expired.
    struct RemoveDelegationTokenRecord<'a> {
        token_id: Text<'a>;
    }
}
