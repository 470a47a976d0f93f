//! Feature levels: what brokers can do, and what the cluster works at.

use std::collections::BTreeMap;

use crate::client::{ClientFault, Cluster};
use crate::wire::Text;
use crate::wire::api::{api_versions, update_features};

/// How long the controller may take.
const UPDATE_MS_MAX: i32 = 60_000;

/// One feature that a broker knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureRow {
    pub name: String,
    pub min: i16,
    pub max: i16,
    /// The level in force; 0 when the feature is off.
    pub finalized: i16,
}

/// All features, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    pub rows: Vec<FeatureRow>,
    /// The offset of the last change; -1 where nobody told.
    pub epoch: i64,
}

/// How a level may move (`FeatureUpdate.UpgradeType`), by its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureStep {
    Upgrade = 1,
    SafeDowngrade = 2,
    UnsafeDowngrade = 3,
}

/// A feature and its new level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureEdit {
    pub name: String,
    pub level: i16,
    pub step: FeatureStep,
}

pub async fn features(cluster: &Cluster) -> Result<Features, ClientFault> {
    let request = api_versions::Request {
        client_software_name: "corelane".into(),
        client_software_version: env!("CARGO_PKG_VERSION").into(),
        ..api_versions::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: api_versions::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, None)?;
    let finalized = answer.finalized_features.iter();
    let finalized: BTreeMap<&str, i16> = finalized
        .map(|row| (&*row.name, row.max_version_level))
        .collect();
    let row = |row: &api_versions::SupportedFeatureKey<'_>| FeatureRow {
        name: row.name.to_string(),
        min: row.min_version,
        max: row.max_version,
        finalized: finalized.get(&*row.name).copied().unwrap_or(0),
    };
    let mut rows: Vec<FeatureRow> = answer.supported_features.iter().map(row).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Features {
        rows,
        epoch: answer.finalized_features_epoch,
    })
}

/// Moves levels, all or none; with `dry_run` only says whether they could move.
pub async fn update_features(
    cluster: &Cluster,
    edits: &[FeatureEdit],
    dry_run: bool,
) -> Result<(), ClientFault> {
    let update = |edit: &FeatureEdit| update_features::FeatureUpdateKey {
        feature: Text::Owned(edit.name.clone()),
        max_version_level: edit.level,
        upgrade_type: edit.step as i8,
        ..Default::default()
    };
    let request = update_features::Request {
        timeout_ms: UPDATE_MS_MAX,
        feature_updates: edits.iter().map(update).collect(),
        validate_only: dry_run,
        ..update_features::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: update_features::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let mut rows = answer.results.iter();
    rows.try_for_each(|row| ClientFault::check(row.error_code, row.error_message.as_deref()))
}
