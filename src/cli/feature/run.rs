use std::io::Write;

use super::options::{Action, Options};
use super::update::{self, Wish};
use super::{dependencies, mapping};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::Cluster;
use crate::client::admin::{self, FeatureStep};
use crate::cluster::feature::{METADATA_FEATURE, metadata_level};

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let wish = match &options.action {
        Action::VersionMapping(asked) => {
            return mapping(asked.release_version.as_deref(), out);
        }
        Action::FeatureDependencies(asked) => return dependencies(&asked.feature, out),
        Action::Describe => None,
        Action::Upgrade(change) => Some(Wish::of_change(
            "upgrade",
            change,
            FeatureStep::Upgrade,
            out,
        )?),
        Action::Downgrade(lower) => {
            let step = step(lower.may_lose);
            Some(Wish::of_change("downgrade", &lower.change, step, out)?)
        }
        Action::Disable(disable) => Some(Wish::of_disable(disable, step(disable.may_lose))?),
    };
    let cluster = Tuning::admin(&options.bootstrap, "features").await?;
    match wish {
        None => describe(&cluster, out).await,
        Some(wish) => update::update(&cluster, &wish, out).await,
    }
}

fn step(may_lose: bool) -> FeatureStep {
    match may_lose {
        true => FeatureStep::UnsafeDowngrade,
        false => FeatureStep::SafeDowngrade,
    }
}

async fn describe(cluster: &Cluster, out: &mut dyn Write) -> Result<(), Complaint> {
    let features = admin::features(cluster).await?;
    let epoch = match features.epoch {
        -1 => "-".to_owned(),
        epoch => epoch.to_string(),
    };
    for row in &features.rows {
        let level = |level: i16| match metadata_level(level) {
            Some(found) if row.name == METADATA_FEATURE => found.name.to_owned(),
            None if row.name == METADATA_FEATURE => format!("UNKNOWN [{level}]"),
            _ => level.to_string(),
        };
        writeln!(
            out,
            "Feature: {:<41} SupportedMinVersion: {:<16} SupportedMaxVersion: {:<16} \
             FinalizedVersionLevel: {:<16} Epoch: {epoch}",
            row.name,
            level(row.min),
            level(row.max),
            level(row.finalized),
        )?;
    }
    Ok(out.flush()?)
}
