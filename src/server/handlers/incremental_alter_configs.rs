//! IncrementalAlterConfigs, versions 0-1: sets, removes and edits single values.

use crate::cluster::{Change, Resource, ResourceChange};
use crate::config::{Edit, Operation};
use crate::model::ErrorCode;
use crate::server::alter::{self, Altered};
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal::Refused;
use crate::wire::Text;
use crate::wire::api::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, AlterableConfig, Request as Body, Response,
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
    let resource = Resource::from_wire(asked.resource_type, asked.resource_name.to_string());
    match asked.configs.iter().map(edit).collect() {
        Ok(edits) => Ok(ResourceChange {
            resource,
            change: Change::Edit(edits),
        }),
        Err(refused) => Err((resource, Some(refused))),
    }
}

fn edit(config: &AlterableConfig<'_>) -> Result<Edit, Refused> {
    let code = config.config_operation;
    let unknown = || {
        let text = format!("Unknown operations type {code}");
        Refused::with(ErrorCode::InvalidRequest, text)
    };
    Ok(Edit {
        key: config.name.to_string(),
        operation: Operation::from_code(code).ok_or_else(unknown)?,
        value: config.value.as_ref().map(|value| value.to_string()),
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
