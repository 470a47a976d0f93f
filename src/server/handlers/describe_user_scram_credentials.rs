//! DescribeUserScramCredentials, version 0. Nobody can log in by SCRAM here, so no user has
//! credentials.

use std::collections::BTreeMap;

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::describe_user_scram_credentials::{
    DescribeUserScramCredentialsResult, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for user in body.users.iter().flatten() {
        *times.entry(user.name.to_string()).or_default() += 1;
    }
    let response = Response {
        results: times
            .into_iter()
            .map(|(user, times)| refused(user, times))
            .collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

/// A user asked for by name, so many times.
fn refused(user: String, times: usize) -> DescribeUserScramCredentialsResult<'static> {
    let (code, message) = match times {
        1 => (
            ErrorCode::ResourceNotFound,
            format!("Attempt to describe a user credential that does not exist: {user}"),
        ),
        _ => (
            ErrorCode::DuplicateResource,
            format!(
                "Cannot describe SCRAM credentials for the same user twice in a single request: \
                 {user}"
            ),
        ),
    };
    DescribeUserScramCredentialsResult {
        user: Text::from(user),
        error_code: code.code(),
        error_message: Some(Text::from(message)),
        ..Default::default()
    }
}
