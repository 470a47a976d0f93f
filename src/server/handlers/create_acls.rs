//! CreateAcls, versions 1-3: refused, because there is no authorizer to keep the entries.

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::create_acls::{AclCreationResult, Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let refused = AclCreationResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(Text::from("No Authorizer is configured.")),
        ..Default::default()
    };
    let response = Response {
        results: vec![refused; body.creations.len()],
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}
