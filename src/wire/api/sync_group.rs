//! SyncGroup, key 14: hands in and hands out the assignment of a classic group. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Static members (KIP-345) |
//! | 4 | Flexible |
//! | 5 | Protocol type and name are checked against the group (KIP-559) |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(SyncGroup: Request, Response);

schema! {
    /// Who asks; from the leader, the assignment of all.
    struct Request<'a> {
        group_id: Text<'a>;
        generation_id: i32;
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(3), nullable];
        protocol_type: Option<Text<'a>> [since(5), nullable, ignorable];
        protocol_name: Option<Text<'a>> [since(5), nullable, ignorable];
        assignments: Vec<SyncGroupRequestAssignment<'a>>;
    }

    /// The assignment of one member.
    struct SyncGroupRequestAssignment<'a> {
        member_id: Text<'a>;
        assignment: Blob<'a>;
    }

    /// The assignment of the member that asked.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        error_code: i16;
        protocol_type: Option<Text<'a>> [since(5), nullable, ignorable];
        protocol_name: Option<Text<'a>> [since(5), nullable, ignorable];
        assignment: Blob<'a>;
    }
}
