//! ApiVersions, versions 0-4, and the answer to a version nobody here knows (KIP-511).

use std::rc::Rc;

use crate::cluster::Image;
use crate::model::{ErrorCode, NodeId};
use crate::server::answer::{Answer, Close};
use crate::server::context::Context;
use crate::server::pipeline::Promise;
use crate::wire::api::api_versions::{
    ApiVersion, FinalizedFeatureKey, Request, Response, SupportedFeatureKey,
};
use crate::wire::{ApiKey, Incoming, Text, versions};

/// Answers at once; nothing is waited for.
pub fn begin(context: &Rc<Context>, mut incoming: Incoming<'_>) -> Result<Promise, Close> {
    let (version, correlation) = (incoming.version(), incoming.header.correlation_id);
    let served = versions::served(ApiKey::ApiVersions).unwrap_or(0..=0);
    let answer = if served.contains(&version) {
        let request: Request<'_> = incoming.decode().map_err(Close::malformed)?;
        let response = respond(context, &request, version);
        Answer::encode(correlation, &response, version)?
    } else {
        let row = api_row(ApiKey::ApiVersions);
        let error_code = ErrorCode::UnsupportedVersion.code();
        let api_keys = row.into_iter().collect();
        let response = Response {
            error_code,
            api_keys,
            ..Response::default()
        };
        Answer::encode(correlation, &response, 0)?
    };
    Ok(Promise::small(0, async move { Ok(Some(answer)) }))
}

fn respond(context: &Context, request: &Request<'_>, version: i16) -> Response<'static> {
    let named =
        is_software(&request.client_software_name) && is_software(&request.client_software_version);
    if version >= 3 && !named {
        let error_code = ErrorCode::InvalidRequest.code();
        return Response {
            error_code,
            ..Response::default()
        };
    }
    let image = context.shard.image();
    Response {
        api_keys: versions::served_keys().filter_map(api_row).collect(),
        supported_features: supported(&image, context.settings().node, version),
        finalized_features_epoch: context.shard.metadata_end().0,
        finalized_features: image
            .features()
            .iter()
            .map(|(name, level)| finalized(name, *level))
            .collect(),
        ..Response::default()
    }
}

fn supported(image: &Image, node: NodeId, version: i16) -> Vec<SupportedFeatureKey<'static>> {
    let features = image
        .broker(node)
        .into_iter()
        .flat_map(|broker| &broker.features);
    // Versions below 4 cannot say that a feature may be off.
    let readable = features.filter(|(_, levels)| version >= 4 || levels.0 > 0);
    readable
        .map(|(name, levels)| SupportedFeatureKey {
            name: Text::from(name.clone()),
            min_version: levels.0,
            max_version: levels.1,
            ..Default::default()
        })
        .collect()
}

fn finalized(name: &str, level: i16) -> FinalizedFeatureKey<'static> {
    FinalizedFeatureKey {
        name: Text::from(name.to_owned()),
        max_version_level: level,
        min_version_level: level,
        ..Default::default()
    }
}

fn api_row(key: ApiKey) -> Option<ApiVersion<'static>> {
    let range = versions::advertised(key)?;
    Some(ApiVersion {
        api_key: key.number(),
        min_version: *range.start(),
        max_version: *range.end(),
        ..Default::default()
    })
}

/// `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?` of `ApiVersionsRequest`.
fn is_software(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
}
