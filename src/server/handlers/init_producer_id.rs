//! InitProducerId, versions 0-5, for idempotent producers. Transactional ids come with their
//! coordinator.

use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal;
use crate::wire::api::init_producer_id::{Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let error = |code: ErrorCode| Response {
        error_code: code.code(),
        producer_epoch: -1,
        ..Response::default()
    };
    let response = match &body.transactional_id {
        Some(id) if id.is_empty() => error(ErrorCode::InvalidRequest),
        // No coordinator serves transactions yet, and FindCoordinator is not advertised.
        Some(_) => error(ErrorCode::CoordinatorNotAvailable),
        None => match request.context.shard.new_producer_id().await {
            Ok(id) => Response {
                producer_id: id.0,
                producer_epoch: 0,
                ..Response::default()
            },
            Err(refused) => error(refusal::of_command(&refused).code),
        },
    };
    Answer::to(&incoming, &response)
}
