use std::str::FromStr;

use crate::cli::complaint::Complaint;
use crate::cluster::feature::{METADATA_LEVELS, MetadataLevel, metadata_level_of};

/// A feature at a level, as `--feature NAME=LEVEL` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub name: String,
    pub level: i16,
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        let wrong = |why: &str| format!("Can't parse feature=level string {text}: {why}");
        let (name, level) = text
            .split_once('=')
            .ok_or_else(|| wrong("equals sign not found"))?;
        let level = level.trim();
        let parsed = level.parse();
        Ok(Level {
            name: name.trim().to_owned(),
            level: parsed.map_err(|_| wrong(&format!("unable to parse {level} as a short")))?,
        })
    }
}

/// The metadata level that a release, as in `4.3` or `4.3-IV0`, stands for.
pub fn metadata_of(release: &str) -> Result<&'static MetadataLevel, Complaint> {
    metadata_level_of(release).ok_or_else(|| {
        let names: Vec<&str> = METADATA_LEVELS.iter().map(|level| level.name).collect();
        Complaint::new(format!(
            "Unknown metadata.version '{release}'. Supported metadata.version are: {}",
            names.join(", ")
        ))
    })
}
