//! ListConfigResources, key 74: what has a configuration. Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 0 | Was ListClientMetricsResources, and lists those alone |
//! | 1 | Resource types can be chosen; none of them means all |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ListConfigResources: Request, Response);

schema! {
    /// Which types to list.
    struct Request<'a> {
        resource_types: Vec<i8> [since(1)];
    }

    /// The resources.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        config_resources: Vec<ConfigResource<'a>>;
    }

    /// One resource; 16, client metrics, is the type of version 0.
    struct ConfigResource<'a> {
        resource_name: Text<'a>;
        resource_type: i8 [since(1), ignorable] = 16;
    }
}
