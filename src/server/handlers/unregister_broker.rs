//! UnregisterBroker, version 0: forgets a broker that is gone.

use crate::cluster::Command;
use crate::model::NodeId;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal;
use crate::wire::Text;
use crate::wire::api::unregister_broker::{Request as Body, Response};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let command = Command::UnregisterBroker(NodeId(body.broker_id));
    let mut response = Response::default();
    if let Err(refused) = request.context.shard.command(command).await {
        let refused = refusal::of_command(&refused);
        response.error_code = refused.code.code();
        response.error_message = refused.message.map(Text::from);
    }
    Answer::to(&incoming, &response)
}
