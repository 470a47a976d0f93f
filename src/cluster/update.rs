use super::command::{Decision, FeatureChange, FeatureStep, Reply};
use super::feature::{METADATA_FEATURE, records_change_between};
use super::image::Image;
use super::refusal::{FeatureFault, Refusal};
use super::snapshot::feature_record;
use crate::config::Settings;
use crate::wire::metadata::Record;

/// Moves feature levels, all or none (`FeatureControlManager.updateFeatures`).
pub fn update_features(
    image: &Image,
    changes: &[FeatureChange],
    settings: &Settings,
) -> Result<Decision, Refusal> {
    let mut records = Vec::new();
    for change in changes {
        let (feature, level) = (change.name.clone(), change.level);
        let moved = update(image, change, settings);
        records.extend(moved.map_err(|fault| Refusal::Feature {
            feature,
            level,
            fault,
        })?);
    }
    Ok(Decision {
        records,
        reply: Reply::FeaturesUpdated,
    })
}

fn update(
    image: &Image,
    change: &FeatureChange,
    settings: &Settings,
) -> Result<Option<Record<'static>>, FeatureFault> {
    let node = settings.node;
    let current = image.features().get(&change.name).copied().unwrap_or(0);
    let supported = image
        .broker(node)
        .and_then(|broker| broker.features.get(&change.name));
    let node = node.0;
    let (level, step) = (change.level, change.step);
    match supported {
        _ if level < 0 => return Err(FeatureFault::Negative),
        None if level == 0 => return Err(FeatureFault::NotFound(change.name.clone())),
        None => return Err(FeatureFault::Unsupported { node }),
        Some(&(min, max)) if level < min || level > max => {
            return Err(FeatureFault::OutOfRange { node, min, max });
        }
        Some(_) => {}
    }
    if level < current && step == FeatureStep::Upgrade {
        return Err(FeatureFault::NotAnUpgrade);
    }
    if level > current && step != FeatureStep::Upgrade {
        return Err(FeatureFault::NotADowngrade);
    }
    let loses = change.name == METADATA_FEATURE && records_change_between(level, current);
    if level < current && loses {
        let (from, to) = (current, level);
        return Err(match step {
            FeatureStep::UnsafeDowngrade => FeatureFault::UnsafeMetadata { from, to },
            _ => FeatureFault::LosesMetadata { from, to },
        });
    }
    Ok((level != current).then(|| feature_record(&change.name, level)))
}
