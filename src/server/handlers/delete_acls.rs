//! DeleteAcls, versions 1-3: refused, because there is no authorizer that keeps entries.

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::delete_acls::{DeleteAclsFilterResult, Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let refused = DeleteAclsFilterResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(Text::from("No Authorizer is configured.")),
        ..Default::default()
    };
    let response = Response {
        filter_results: vec![refused; body.filters.len()],
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}
