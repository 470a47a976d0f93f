//! UpdateFeatures, versions 0-2: raises and lowers feature levels, all of a request or none.

use crate::cluster::{self, Command, FeatureChange, FeatureFault, FeatureStep};
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::wire::Text;
use crate::wire::api::update_features::{
    FeatureUpdateKey, Request as Body, Response, UpdatableFeatureResult,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let version = incoming.version();
    let changes = body.feature_updates.iter();
    let changes: Result<Vec<FeatureChange>, Refused> =
        changes.map(|update| change(update, version)).collect();
    let outcome = match changes {
        Err(refused) => Err(refused),
        Ok(changes) => {
            let command = Command::UpdateFeatures {
                changes,
                validate_only: body.validate_only,
            };
            let done = request.context.shard.command(command).await;
            done.map(drop).map_err(|why| refusal::of_command(&why))
        }
    };
    let response = respond(&body, outcome.err(), version);
    Answer::to(&incoming, &response)
}

fn change(update: &FeatureUpdateKey<'_>, version: i16) -> Result<FeatureChange, Refused> {
    let step = match (version, update.allow_downgrade) {
        (0, true) => Some(FeatureStep::SafeDowngrade),
        (0, false) => Some(FeatureStep::Upgrade),
        _ => FeatureStep::from_code(update.upgrade_type),
    };
    let (name, level) = (update.feature.to_string(), update.max_version_level);
    match step {
        Some(step) => Ok(FeatureChange { name, level, step }),
        None => Err(refusal::of_cluster(&cluster::Refusal::Feature {
            feature: name,
            level,
            fault: FeatureFault::UnknownStep,
        })),
    }
}

/// Up to version 1 every feature has a row of its own; then there is one outcome for all.
pub(super) fn respond<'a>(body: &Body<'a>, refused: Option<Refused>, version: i16) -> Response<'a> {
    let rows = body
        .feature_updates
        .iter()
        .filter(|_| version < 2 && refused.is_none());
    let results = rows.map(|update| UpdatableFeatureResult {
        feature: update.feature.clone(),
        error_message: None,
        ..Default::default()
    });
    Response {
        results: results.collect(),
        error_code: refused.as_ref().map_or(0, |refused| refused.code.code()),
        error_message: refused.and_then(|refused| refused.message).map(Text::from),
        ..Response::default()
    }
}
