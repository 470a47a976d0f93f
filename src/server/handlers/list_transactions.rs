//! ListTransactions, versions 0-2. No coordinator runs here yet, so there are no transactions.

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::api::list_transactions::{Request as Body, Response};

/// The states of Kafka's `TransactionState`, by the names that filters use.
const STATES: &[&str] = &[
    "Empty",
    "Ongoing",
    "PrepareCommit",
    "PrepareAbort",
    "CompleteCommit",
    "CompleteAbort",
    "Dead",
    "PrepareEpochFence",
];

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let response = respond(body);
    Answer::to(&incoming, &response)
}

pub(super) fn respond(body: Body<'_>) -> Response<'_> {
    let pattern = body.transactional_id_pattern.as_deref().unwrap_or_default();
    if regex::bytes::Regex::new(pattern).is_err() {
        return Response {
            error_code: ErrorCode::InvalidRegularExpression.code(),
            ..Response::default()
        };
    }
    let filters = body.state_filters.into_iter();
    Response {
        unknown_state_filters: filters
            .filter(|state| !STATES.contains(&&**state))
            .collect(),
        ..Response::default()
    }
}
