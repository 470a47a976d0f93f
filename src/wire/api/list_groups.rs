//! ListGroups, key 16: the groups of one coordinator. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Flexible |
//! | 4 | Filter by state (KIP-518) |
//! | 5 | Filter by type (KIP-848) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ListGroups: Request, Response);

schema! {
    /// Which groups to list; empty filters let all pass.
    struct Request<'a> {
        states_filter: Vec<Text<'a>> [since(4)];
        types_filter: Vec<Text<'a>> [since(5)];
    }

    /// The groups.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        error_code: i16;
        groups: Vec<ListedGroup<'a>>;
    }

    /// One group.
    struct ListedGroup<'a> {
        group_id: Text<'a>;
        protocol_type: Text<'a>;
        group_state: Text<'a> [since(4), ignorable];
        group_type: Text<'a> [since(5), ignorable];
    }
}
