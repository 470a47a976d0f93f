//! AlterConfigs, key 33: replaces all dynamic configuration of a resource. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | Flexible |
//!
//! Keys not named go back to their defaults; IncrementalAlterConfigs was made because of that.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AlterConfigs: Request, Response);

schema! {
    /// Resources to configure, or only to judge when `validate_only`.
    struct Request<'a> {
        resources: Vec<AlterConfigsResource<'a>>;
        validate_only: bool;
    }

    /// The whole dynamic configuration of one resource.
    struct AlterConfigsResource<'a> {
        resource_type: i8;
        resource_name: Text<'a>;
        configs: Vec<AlterableConfig<'a>>;
    }

    /// One key and its value.
    struct AlterableConfig<'a> {
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// The outcome of each resource.
    struct Response<'a> {
        throttle_time_ms: i32;
        responses: Vec<AlterConfigsResourceResponse<'a>>;
    }

    /// One resource as configured, or why it was not.
    struct AlterConfigsResourceResponse<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        resource_type: i8;
        resource_name: Text<'a>;
    }
}
