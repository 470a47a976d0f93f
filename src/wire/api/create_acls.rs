//! CreateAcls, key 30. Versions 1-3.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: pattern types; throttling after the answer |
//! | 2 | Flexible |
//! | 3 | Users are resources too |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(CreateAcls: Request, Response);

schema! {
    /// Entries to create.
    struct Request<'a> {
        creations: Vec<AclCreation<'a>>;
    }

    /// One entry.
    struct AclCreation<'a> {
        resource_type: i8;
        resource_name: Text<'a>;
        /// 3 literal, 4 prefixed.
        resource_pattern_type: i8 = 3;
        principal: Text<'a>;
        host: Text<'a>;
        operation: i8;
        permission_type: i8;
    }

    /// The outcome of each entry, in their order.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<AclCreationResult<'a>>;
    }

    /// The outcome of one entry.
    struct AclCreationResult<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
