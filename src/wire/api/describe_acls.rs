//! DescribeAcls, key 29. Versions 1-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: pattern types; throttling after the answer |
//! | 2 | Flexible |
//! | 3 | Users are resources too |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeAcls: Request, Response);

schema! {
    /// A filter; null texts let all pass.
    struct Request<'a> {
        resource_type_filter: i8;
        resource_name_filter: Option<Text<'a>> [nullable] = Some("".into());
        pattern_type_filter: i8 = 3;
        principal_filter: Option<Text<'a>> [nullable] = Some("".into());
        host_filter: Option<Text<'a>> [nullable] = Some("".into());
        operation: i8;
        permission_type: i8;
    }

    /// The entries that passed, by resource.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        resources: Vec<DescribeAclsResource<'a>>;
    }

    /// One resource.
    struct DescribeAclsResource<'a> {
        resource_type: i8;
        resource_name: Text<'a>;
        pattern_type: i8 = 3;
        acls: Vec<AclDescription<'a>>;
    }

    /// One entry on it.
    struct AclDescription<'a> {
        principal: Text<'a>;
        host: Text<'a>;
        operation: i8;
        permission_type: i8;
    }
}
