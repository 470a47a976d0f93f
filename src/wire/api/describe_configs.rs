//! DescribeConfigs, key 32. Versions 1-4.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: sources and synonyms |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Types, and on demand documentation |
//! | 4 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeConfigs: Request, Response);

schema! {
    /// Whose configuration to show.
    struct Request<'a> {
        resources: Vec<DescribeConfigsResource<'a>>;
        include_synonyms: bool;
        include_documentation: bool [since(3)];
    }

    /// One topic, broker or other resource.
    struct DescribeConfigsResource<'a> {
        resource_type: i8;
        resource_name: Text<'a>;
        /// Null for all.
        configuration_keys: Option<Vec<Text<'a>>> [nullable] = Some(vec![]);
    }

    /// The configurations.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<DescribeConfigsResult<'a>>;
    }

    /// The configuration of one resource.
    struct DescribeConfigsResult<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        resource_type: i8;
        resource_name: Text<'a>;
        configs: Vec<DescribeConfigsResourceResult<'a>>;
    }

    /// One key as in effect.
    struct DescribeConfigsResourceResult<'a> {
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
        read_only: bool;
        /// 1 topic, 2 broker, 3 all brokers, 4 file, 5 default, 6 logger, 7 client metrics, 8
        /// group.
        config_source: i8 = -1;
        is_sensitive: bool;
        synonyms: Vec<DescribeConfigsSynonym<'a>>;
        config_type: i8 [since(3), ignorable];
        documentation: Option<Text<'a>> [since(3), nullable, ignorable] = Some("".into());
    }

    /// A place that the value comes or would come from, the strongest first.
    struct DescribeConfigsSynonym<'a> {
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
        source: i8;
    }
}
