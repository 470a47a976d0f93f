//! SCRAM credentials of users: which there are, never what they are.

use crate::client::{ClientFault, Cluster};
use crate::model::ErrorCode;
use crate::wire::Text;
use crate::wire::api::describe_user_scram_credentials as api;

/// One credential of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScramCredential {
    pub user: String,
    /// As in `sasl.mechanism`: `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    pub mechanism: &'static str,
    pub iterations: i32,
}

/// The credentials of all users, or of one; one without any is no fault.
pub async fn scram_credentials(
    cluster: &Cluster,
    user: Option<&str>,
) -> Result<Vec<ScramCredential>, ClientFault> {
    let named = |name: &str| api::UserName {
        name: Text::Owned(name.to_owned()),
        ..Default::default()
    };
    let request = api::Request {
        users: user.map(|user| vec![named(user)]),
        ..api::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: api::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let mut credentials = Vec::new();
    for row in &answer.results {
        if row.error_code == ErrorCode::ResourceNotFound.code() {
            continue;
        }
        ClientFault::check(row.error_code, row.error_message.as_deref())?;
        credentials.extend(row.credential_infos.iter().map(|info| ScramCredential {
            user: row.user.to_string(),
            mechanism: match info.mechanism {
                1 => "SCRAM-SHA-256",
                2 => "SCRAM-SHA-512",
                _ => "UNKNOWN",
            },
            iterations: info.iterations,
        }));
    }
    Ok(credentials)
}
