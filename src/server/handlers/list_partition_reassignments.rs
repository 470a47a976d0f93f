//! ListPartitionReassignments, version 0. One node has nowhere to move a replica to.

use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::api::list_partition_reassignments::{Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let _: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let response = Response {
        error_message: None,
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}
