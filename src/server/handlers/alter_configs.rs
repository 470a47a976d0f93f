//! AlterConfigs, versions 0-2: all values of a resource become those of the request.

use crate::cluster::{Change, Resource, ResourceChange};
use crate::server::alter::{self, Altered};
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::wire::Text;
use crate::wire::api::alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let asked = body.resources.iter().map(change).collect();
    let altered = alter::alter(&request, asked, body.validate_only).await;
    let response = Response {
        responses: altered.into_iter().map(result_of).collect(),
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn change(asked: &AlterConfigsResource<'_>) -> Result<ResourceChange, Altered> {
    let value = |value: &Option<Text<'_>>| value.as_ref().map(|value| value.to_string());
    let configs = asked.configs.iter();
    let values = configs.map(|config| (config.name.to_string(), value(&config.value)));
    Ok(ResourceChange {
        resource: Resource::from_wire(asked.resource_type, asked.resource_name.to_string()),
        change: Change::Replace(values.collect()),
    })
}

fn result_of((resource, refused): Altered) -> AlterConfigsResourceResponse<'static> {
    AlterConfigsResourceResponse {
        error_code: refused.as_ref().map_or(0, |refused| refused.code.code()),
        error_message: refused.and_then(|refused| refused.message).map(Text::from),
        resource_type: resource.kind(),
        resource_name: Text::from(resource.name().to_owned()),
        ..Default::default()
    }
}
