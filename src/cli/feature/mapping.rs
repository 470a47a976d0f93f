use std::io::Write;

use super::level::{Level, metadata_of};
use crate::cli::complaint::Complaint;
use crate::cluster::METADATA_VERSION;
use crate::cluster::feature::{FEATURES, METADATA_FEATURE, metadata_level};

/// Prints the feature levels that a release stands for; of this broker's own when none is named.
pub fn mapping(release: Option<&str>, out: &mut dyn Write) -> Result<(), Complaint> {
    let newest = metadata_level(METADATA_VERSION).map_or("", |level| level.name);
    let release = release.unwrap_or(newest);
    let metadata = metadata_of(release)?.level;
    writeln!(out, "{METADATA_FEATURE}={metadata} ({release})")?;
    for feature in FEATURES {
        writeln!(out, "{}={}", feature.name, feature.default_at(metadata))?;
    }
    Ok(out.flush()?)
}

/// Prints what each level needs of other features.
pub fn dependencies(levels: &[Level], out: &mut dyn Write) -> Result<(), Complaint> {
    for Level { name, level } in levels {
        let none = format!("No feature:{name} with feature level {level}");
        if name == METADATA_FEATURE {
            let found = metadata_level(*level).ok_or_else(|| Complaint::new(none))?;
            writeln!(out, "{name}={level} ({}) has no dependencies.", found.name)?;
            continue;
        }
        let feature = FEATURES.iter().find(|feature| feature.name == name);
        let unknown = || Complaint::new(format!("Unknown feature: {name}"));
        let levels = feature.ok_or_else(unknown)?.levels;
        let found = levels.iter().find(|found| found.level == *level);
        let needs = found.ok_or_else(|| Complaint::new(none))?.needs_metadata;
        match metadata_level(needs) {
            None => writeln!(out, "{name}={level} has no dependencies.")?,
            Some(needed) => writeln!(
                out,
                "{name}={level} requires:\n    {METADATA_FEATURE}={needs} ({})",
                needed.name
            )?,
        }
    }
    Ok(out.flush()?)
}
