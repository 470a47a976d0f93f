//! ApiVersions, key 18: which APIs this broker answers, and at which versions. Versions 0-4.
//!
//! | Version | What changed |
//! |---|---|
//! | 0 | The request has no body |
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Flexible. The request names the client's software; the answer lists features |
//! | 4 | Features whose lowest level is 0 are listed, which older clients cannot read |
//!
//! Its answer keeps header version 0 at all versions. A request of a version that we do not know
//! is answered at version 0 with error 35 and one row, so that the client can try again (KIP-511).

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ApiVersions: Request, Response);

schema! {
    /// Asks for the table of versions, before or after authentication.
    struct Request<'a> {
        /// Letters, digits, dots and dashes; anything else is an INVALID_REQUEST.
        client_software_name: Text<'a> [since(3), ignorable];
        client_software_version: Text<'a> [since(3), ignorable];
    }

    /// The table of versions and the feature levels of the cluster.
    struct Response<'a> {
        error_code: i16;
        api_keys: Vec<ApiVersion<'a>>;
        throttle_time_ms: i32 [since(1), ignorable];
        supported_features: Vec<SupportedFeatureKey<'a>> [since(3), tag(0), ignorable];
        /// Metadata offset at which the levels were read; clients trust them from 0 on.
        finalized_features_epoch: i64 [since(3), tag(1), ignorable] = -1;
        finalized_features: Vec<FinalizedFeatureKey<'a>> [since(3), tag(2), ignorable];
        zk_migration_ready: bool [since(3), tag(3), ignorable];
    }

    /// The versions of one API that this broker answers.
    struct ApiVersion<'a> {
        api_key: i16;
        min_version: i16;
        max_version: i16;
    }

    /// The levels of one feature that this broker could work at.
    struct SupportedFeatureKey<'a> {
        name: Text<'a>;
        min_version: i16;
        max_version: i16;
    }

    /// The level of one feature that the cluster works at.
    struct FinalizedFeatureKey<'a> {
        name: Text<'a>;
        max_version_level: i16;
        min_version_level: i16;
    }
}
