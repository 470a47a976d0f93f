//! DeleteGroups, key 42: forgets empty groups and their offsets. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DeleteGroups: Request, Response);

schema! {
    /// Which groups.
    struct Request<'a> {
        groups_names: Vec<Text<'a>>;
    }

    /// The outcome of each group.
    struct Response<'a> {
        throttle_time_ms: i32;
        results: Vec<DeletableGroupResult<'a>>;
    }

    /// The outcome of one group.
    struct DeletableGroupResult<'a> {
        group_id: Text<'a>;
        error_code: i16;
    }
}
