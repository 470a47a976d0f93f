//! DeleteAcls, key 31. Versions 1-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: pattern types; throttling after the answer |
//! | 2 | Flexible |
//! | 3 | Users are resources too |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DeleteAcls: Request, Response);

schema! {
    /// Filters; what passes one of them is deleted.
    struct Request<'a> {
        filters: Vec<DeleteAclsFilter<'a>>;
    }

    /// One filter; null texts let all pass.
    struct DeleteAclsFilter<'a> {
        resource_type_filter: i8;
        resource_name_filter: Option<Text<'a>> [nullable] = Some("".into());
        pattern_type_filter: i8 = 3;
        principal_filter: Option<Text<'a>> [nullable] = Some("".into());
        host_filter: Option<Text<'a>> [nullable] = Some("".into());
        operation: i8;
        permission_type: i8;
    }

    /// The outcome of each filter, in their order.
    struct Response<'a> {
        throttle_time_ms: i32;
        filter_results: Vec<DeleteAclsFilterResult<'a>>;
    }

    /// What one filter deleted.
    struct DeleteAclsFilterResult<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        matching_acls: Vec<DeleteAclsMatchingAcl<'a>>;
    }

    /// One entry deleted.
    struct DeleteAclsMatchingAcl<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        resource_type: i8;
        resource_name: Text<'a>;
        pattern_type: i8 = 3;
        principal: Text<'a>;
        host: Text<'a>;
        operation: i8;
        permission_type: i8;
    }
}
