//! IncrementalAlterConfigs, key 44: sets and removes single keys. Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(IncrementalAlterConfigs: Request, Response);

schema! {
    /// Resources to configure, or only to judge when `validate_only`.
    struct Request<'a> {
        resources: Vec<AlterConfigsResource<'a>>;
        validate_only: bool;
    }

    /// The changes to one resource.
    struct AlterConfigsResource<'a> {
        resource_type: i8;
        resource_name: Text<'a>;
        configs: Vec<AlterableConfig<'a>>;
    }

    /// The change to one key.
    struct AlterableConfig<'a> {
        name: Text<'a>;
        /// 0 set, 1 delete, 2 append to a list, 3 subtract from a list.
        config_operation: i8;
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
