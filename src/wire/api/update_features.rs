//! UpdateFeatures, key 57: raises and lowers feature levels. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Types of downgrade instead of a flag, and trial runs |
//! | 2 | All features change or none, so the answer lists no single ones |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(UpdateFeatures: Request, Response);

schema! {
    /// The levels wanted.
    struct Request<'a> {
        timeout_ms: i32 = 60000;
        feature_updates: Vec<FeatureUpdateKey<'a>>;
        validate_only: bool [since(1)];
    }

    /// One feature.
    struct FeatureUpdateKey<'a> {
        feature: Text<'a>;
        /// The new level; below 1 removes the feature.
        max_version_level: i16;
        allow_downgrade: bool [until(0)];
        /// 1 upgrade, 2 downgrade that loses nothing, 3 downgrade that may.
        upgrade_type: i8 [since(1)] = 1;
    }

    /// Whether the levels changed.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        results: Vec<UpdatableFeatureResult<'a>> [until(1), ignorable];
    }

    /// The outcome of one feature.
    struct UpdatableFeatureResult<'a> {
        feature: Text<'a>;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
