//! ListConfigResources, versions 0-1: what may have settings of its own.

use crate::cluster::Image;
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::list_config_resources::{ConfigResource, Request as Body, Response};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const BROKER_LOGGER: i8 = 8;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let version = incoming.version();
    let response = respond(&request.context.shard.image(), &body, version);
    Answer::to(&incoming, &response)
}

/// Version 0 asks for client metrics alone. They and groups are listed once they have settings.
pub(super) fn respond(image: &Image, body: &Body<'_>, version: i16) -> Response<'static> {
    let all = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];
    let kinds = match body.resource_types.as_slice() {
        _ if version == 0 => &[CLIENT_METRICS],
        [] => &all[..],
        given => given,
    };
    if kinds.iter().any(|kind| !all.contains(kind)) {
        return Response {
            error_code: ErrorCode::UnsupportedVersion.code(),
            ..Response::default()
        };
    }
    let mut config_resources = Vec::new();
    for kind in all.into_iter().filter(|kind| kinds.contains(kind)) {
        let names: Vec<String> = match kind {
            TOPIC => image.topics().map(|topic| topic.name.to_string()).collect(),
            BROKER | BROKER_LOGGER => image.brokers().map(|b| b.id.0.to_string()).collect(),
            _ => {
                let configured = image.configured();
                let of_kind = configured.filter(|resource| resource.kind() == kind);
                of_kind.map(|resource| resource.name().to_owned()).collect()
            }
        };
        config_resources.extend(names.into_iter().map(|name| ConfigResource {
            resource_name: Text::from(name),
            resource_type: kind,
            ..Default::default()
        }));
    }
    Response {
        config_resources,
        ..Response::default()
    }
}
