//! DescribeClientQuotas, versions 0-1. No quotas can be set yet, so a filter that makes sense
//! finds none.

use std::collections::BTreeSet;

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::describe_client_quotas::{ComponentData, Request as Body, Response};

type Refused = (ErrorCode, String);

/// What an entity's name may be made of (`ClientQuotaEntity`).
const USER: &str = "user";
const CLIENT_ID: &str = "client-id";
const IP: &str = "ip";

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let response = match check(&body.components) {
        Ok(()) => Response::default(),
        Err((code, message)) => Response {
            error_code: code.code(),
            error_message: Some(Text::from(message)),
            entries: None,
            ..Response::default()
        },
    };
    Answer::to(&incoming, &response)
}

/// `ClientQuotasImage.describe`.
pub(super) fn check(components: &[ComponentData<'_>]) -> Result<(), Refused> {
    let invalid = |text: &str| Err((ErrorCode::InvalidRequest, text.to_owned()));
    let mut seen = BTreeSet::new();
    for component in components {
        let kind: &str = &component.entity_type;
        if kind.is_empty() {
            return invalid("Invalid empty entity type.");
        }
        if !seen.insert(kind) {
            return invalid(&format!(
                "Entity type {kind} cannot appear more than once in the filter."
            ));
        }
        if ![USER, CLIENT_ID, IP].contains(&kind) {
            let text = format!("Unsupported entity type {kind}");
            return Err((ErrorCode::UnsupportedVersion, text));
        }
        match (component.match_type, &component.r#match) {
            (0, None) => {
                return invalid(
                    "Request specified MATCH_TYPE_EXACT, but set match string to null.",
                );
            }
            (1, Some(_)) => {
                return invalid(
                    "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.",
                );
            }
            (2, Some(_)) => {
                return invalid(
                    "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.",
                );
            }
            (0..=2, _) => {}
            (unknown, _) => return invalid(&format!("Unknown match type {unknown}")),
        }
    }
    if seen.contains(IP) && seen.len() > 1 {
        return invalid(
            "Invalid entity filter component combination. IP filter component should not be used \
             with user or clientId filter component.",
        );
    }
    Ok(())
}
