//! The features of Kafka 4.3: which levels there are and what each asks for
//! (`MetadataVersion`, `Feature` of `server-common`).

/// The feature that says which metadata records may be written.
pub const METADATA_FEATURE: &str = "metadata.version";

/// One level of [`METADATA_FEATURE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataLevel {
    pub level: i16,
    /// `4.3-IV0`.
    pub name: &'static str,
    /// Its records are others than those of the level before, so that it cannot be left downwards.
    pub changes_records: bool,
    /// Whether Kafka 4.3 lets it be used.
    pub is_released: bool,
}

/// One level of another feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureLevel {
    pub level: i16,
    /// New clusters at this metadata level or above work at this level.
    pub since_metadata: i16,
    /// The metadata level that this one needs; 0 for none.
    pub needs_metadata: i16,
}

/// A feature and its levels, 0 (off) first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    pub name: &'static str,
    pub levels: &'static [FeatureLevel],
}

macro_rules! metadata_levels {
    ($($level:literal $name:literal $changes:ident;)*) => {
        &[$(MetadataLevel {
            level: $level,
            name: $name,
            changes_records: $changes,
            is_released: $level <= crate::cluster::METADATA_VERSION,
        },)*]
    };
}

const YES: bool = true;
const NO: bool = false;

/// Every level of [`METADATA_FEATURE`], from the lowest that Kafka 4 works at.
pub const METADATA_LEVELS: &[MetadataLevel] = metadata_levels! {
    7 "3.3-IV3" YES;
    8 "3.4-IV0" YES;
    9 "3.5-IV0" NO;
    10 "3.5-IV1" NO;
    11 "3.5-IV2" YES;
    12 "3.6-IV0" NO;
    13 "3.6-IV1" YES;
    14 "3.6-IV2" YES;
    15 "3.7-IV0" YES;
    16 "3.7-IV1" NO;
    17 "3.7-IV2" YES;
    18 "3.7-IV3" NO;
    19 "3.7-IV4" NO;
    20 "3.8-IV0" NO;
    21 "3.9-IV0" NO;
    22 "4.0-IV0" NO;
    23 "4.0-IV1" YES;
    24 "4.0-IV2" NO;
    25 "4.0-IV3" NO;
    26 "4.1-IV0" NO;
    27 "4.1-IV1" NO;
    28 "4.2-IV0" NO;
    29 "4.2-IV1" NO;
    30 "4.3-IV0" YES;
    31 "4.4-IV0" NO;
};

const fn level(level: i16, since_metadata: i16, needs_metadata: i16) -> FeatureLevel {
    FeatureLevel {
        level,
        since_metadata,
        needs_metadata,
    }
}

const OFF: FeatureLevel = level(0, 7, 0);

/// The other features, in Kafka's order.
pub const FEATURES: &[Feature] = &[
    Feature {
        name: "kraft.version",
        levels: &[OFF, level(1, 21, 0)],
    },
    Feature {
        name: "transaction.version",
        levels: &[OFF, level(1, 24, 0), level(2, 24, 0)],
    },
    Feature {
        name: "group.version",
        levels: &[OFF, level(1, 22, 0)],
    },
    Feature {
        name: "eligible.leader.replicas.version",
        levels: &[OFF, level(1, 26, 23)],
    },
    Feature {
        name: "share.version",
        levels: &[OFF, level(1, 28, 0)],
    },
    Feature {
        name: "streams.version",
        levels: &[OFF, level(1, 29, 0)],
    },
];

impl Feature {
    /// The level at which a new cluster of this metadata level works.
    pub fn default_at(&self, metadata: i16) -> i16 {
        let ready = self.levels.iter().filter(|l| l.since_metadata <= metadata);
        ready.map(|level| level.level).max().unwrap_or(0)
    }
}

/// The metadata level of this number.
pub fn metadata_level(level: i16) -> Option<&'static MetadataLevel> {
    METADATA_LEVELS.iter().find(|found| found.level == level)
}

/// The metadata level of this name, or the last released one of a release (`4.3`).
pub fn metadata_level_of(name: &str) -> Option<&'static MetadataLevel> {
    let of_release = |found: &&MetadataLevel| {
        let release = found.name.split_once("-IV").map(|(release, _)| release);
        found.name == name || release == Some(name)
    };
    METADATA_LEVELS.iter().rev().find(of_release)
}

/// Whether going down from one metadata level to another would lose records
/// (`MetadataVersion.checkIfMetadataChanged`).
pub fn records_change_between(low: i16, high: i16) -> bool {
    let passed = METADATA_LEVELS.iter();
    let mut passed = passed.filter(|found| found.level > low && found.level <= high);
    passed.any(|found| found.changes_records)
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, metadata_level_of, records_change_between};

    #[test]
    fn releases_name_their_last_level() {
        let level = |name| metadata_level_of(name).map(|found| found.level);
        assert_eq!(level("4.3"), Some(30));
        assert_eq!(level("3.5"), Some(11));
        assert_eq!(level("4.0-IV1"), Some(23));
        assert_eq!(level("bogus"), None);
    }

    #[test]
    fn new_clusters_get_what_their_metadata_level_allows() {
        let levels = |metadata| FEATURES.iter().map(|f| f.default_at(metadata)).collect();
        let of = |metadata| -> Vec<i16> { levels(metadata) };
        assert_eq!(of(30), [1, 2, 1, 1, 1, 1]);
        assert_eq!(of(25), [1, 2, 1, 0, 0, 0]);
        assert_eq!(of(21), [1, 0, 0, 0, 0, 0]);
        assert_eq!(of(11), [0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn records_change_at_some_levels_only() {
        assert!(records_change_between(29, 30));
        assert!(!records_change_between(24, 29));
        assert!(records_change_between(22, 24));
        assert!(!records_change_between(30, 30));
    }
}
