//! DescribeCluster, versions 0-2: the cluster's id, controller and brokers.

use crate::cluster::{Broker, Image};
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::authorized;
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::describe_cluster::{DescribeClusterBroker, Request as Body, Response};

/// `EndpointType` on the wire.
const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let version = incoming.version();
    let response = match refusal(&body, version) {
        Some(refused) => refused,
        None => {
            let shard = &request.context.shard;
            let brokers = brokers(&shard.image(), &request.session.listener, &body, version);
            Response {
                cluster_id: Text::from(shard.identity().cluster_id.clone()),
                controller_id: shard.settings().node.0,
                brokers,
                cluster_authorized_operations: if body.include_cluster_authorized_operations {
                    authorized::CLUSTER
                } else {
                    authorized::NOT_ASKED
                },
                ..Response::default()
            }
        }
    };
    Answer::to(&incoming, &response)
}

/// Brokers are all that a broker's listener describes
/// (`AuthHelper.computeDescribeClusterResponse`).
pub(super) fn refusal(body: &Body<'_>, version: i16) -> Option<Response<'static>> {
    let asked = body.endpoint_type;
    let (code, message) = match asked {
        BROKERS => return None,
        CONTROLLERS => (
            ErrorCode::MismatchedEndpointType,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of \
             type CONTROLLER"
                .to_owned(),
        ),
        _ if version == 0 => (
            ErrorCode::InvalidRequest,
            format!("Unsupported endpoint type {asked}"),
        ),
        _ => (
            ErrorCode::UnsupportedEndpointType,
            format!("Unsupported endpoint type {asked}"),
        ),
    };
    Some(Response {
        error_code: code.code(),
        error_message: Some(Text::from(message)),
        ..Response::default()
    })
}

pub(super) fn brokers(
    image: &Image,
    listener: &str,
    body: &Body<'_>,
    version: i16,
) -> Vec<DescribeClusterBroker<'static>> {
    let wanted = image
        .brokers()
        .filter(|broker| !broker.fenced || body.include_fenced_brokers);
    let shown = |broker: &Broker| {
        let endpoint = broker.endpoint(listener)?;
        Some(DescribeClusterBroker {
            broker_id: broker.id.0,
            host: Text::from(endpoint.host.clone()),
            port: endpoint.port.into(),
            rack: broker.rack.clone().map(Text::from),
            is_fenced: version >= 2 && broker.fenced,
            ..Default::default()
        })
    };
    wanted.filter_map(shown).collect()
}
