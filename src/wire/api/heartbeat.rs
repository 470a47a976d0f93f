//! Heartbeat, key 12: a member of a classic group is alive. Versions 0-4.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Static members (KIP-345) |
//! | 4 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(Heartbeat: Request, Response);

schema! {
    /// Who is alive.
    struct Request<'a> {
        group_id: Text<'a>;
        generation_id: i32;
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(3), nullable];
    }

    /// Whether the generation still stands.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        error_code: i16;
    }
}
