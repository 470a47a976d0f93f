//! DescribeUserScramCredentials, key 50 (KIP-554). Version 0.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeUserScramCredentials: Request, Response);

schema! {
    /// Which users to show; null for all.
    struct Request<'a> {
        users: Option<Vec<UserName<'a>>> [nullable] = Some(vec![]);
    }

    /// One user.
    struct UserName<'a> {
        name: Text<'a>;
    }

    /// The users and their mechanisms.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        results: Vec<DescribeUserScramCredentialsResult<'a>>;
    }

    /// One user.
    struct DescribeUserScramCredentialsResult<'a> {
        user: Text<'a>;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        credential_infos: Vec<CredentialInfo<'a>>;
    }

    /// One mechanism that the user can log in by: 1 SHA-256, 2 SHA-512.
    struct CredentialInfo<'a> {
        mechanism: i8;
        iterations: i32;
    }
}
