//! ListGroups, versions 0-5. No coordinator runs here yet, so there are no groups, whatever the
//! filters are.

use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::api::list_groups::{Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let _: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    Answer::encode(
        incoming.header.correlation_id,
        &Response::default(),
        incoming.version(),
    )
}
