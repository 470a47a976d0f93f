use std::collections::BTreeMap;

use super::ClientFault;
use crate::wire::ApiKey;
use crate::wire::api::api_versions;

/// The versions that one broker answers.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    ranges: BTreeMap<i16, (i16, i16)>,
}

impl Versions {
    /// Keys that nobody here knows are kept: they cost nothing and tools list them.
    pub fn new(answer: &api_versions::Response<'_>) -> Versions {
        let ranges = answer.api_keys.iter();
        let ranges = ranges.map(|row| (row.api_key, (row.min_version, row.max_version)));
        Versions {
            ranges: ranges.collect(),
        }
    }

    /// The highest version of `key` that the broker and our schemas have in common.
    pub fn highest_common(&self, key: ApiKey) -> Result<i16, ClientFault> {
        let unsupported = ClientFault::Unsupported(key);
        let Some(&(min, max)) = self.ranges.get(&key.number()) else {
            return Err(unsupported);
        };
        let known = key.known();
        let common = max.min(*known.end());
        match common >= min && common >= *known.start() {
            true => Ok(common),
            false => Err(unsupported),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;
    use crate::wire::ApiKey;
    use crate::wire::api::api_versions::{ApiVersion, Response};

    fn versions(min_version: i16, max_version: i16) -> Versions {
        let api_key = ApiKey::Produce.number();
        let row = ApiVersion {
            api_key,
            min_version,
            max_version,
            ..ApiVersion::default()
        };
        Versions::new(&Response {
            api_keys: vec![row],
            ..Response::default()
        })
    }

    #[test]
    fn the_highest_version_known_to_both_is_chosen() {
        let known = ApiKey::Produce.known();
        let chosen = |min, max| versions(min, max).highest_common(ApiKey::Produce).ok();
        assert_eq!(chosen(0, i16::MAX), Some(*known.end()));
        assert_eq!(chosen(0, *known.start()), Some(*known.start()));
        assert_eq!(chosen(known.end() + 1, known.end() + 2), None);
        assert_eq!(chosen(0, known.start() - 1), None);
        assert!(versions(0, 9).highest_common(ApiKey::Fetch).is_err());
    }
}
