//! AlterUserScramCredentials, key 51 (KIP-554). Version 0.

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(AlterUserScramCredentials: Request, Response);

schema! {
    /// Credentials to remove and to set.
    struct Request<'a> {
        deletions: Vec<ScramCredentialDeletion<'a>>;
        upsertions: Vec<ScramCredentialUpsertion<'a>>;
    }

    /// A user who shall no longer log in by a mechanism.
    struct ScramCredentialDeletion<'a> {
        name: Text<'a>;
        mechanism: i8;
    }

    /// A salted password; the password itself never travels.
    struct ScramCredentialUpsertion<'a> {
        name: Text<'a>;
        mechanism: i8;
        iterations: i32;
        salt: Blob<'a>;
        salted_password: Blob<'a>;
    }

    /// The outcome of each user.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<AlterUserScramCredentialsResult<'a>>;
    }

    /// The outcome of one user.
    struct AlterUserScramCredentialsResult<'a> {
        user: Text<'a>;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
