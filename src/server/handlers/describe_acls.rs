//! DescribeAcls, versions 1-3. There is no authorizer, so there are no entries.

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::describe_acls::{Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let _: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let response = Response {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(Text::from("No Authorizer is configured on the broker")),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}
