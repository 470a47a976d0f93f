//! LeaveGroup, key 13: leaves a classic group at once. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Many members at once, static ones too |
//! | 4 | Flexible |
//! | 5 | A reason, for people (KIP-800) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(LeaveGroup: Request, Response);

schema! {
    /// Who leaves: `member_id` until version 2, `members` from 3 on.
    struct Request<'a> {
        group_id: Text<'a>;
        member_id: Text<'a> [until(2)];
        members: Vec<MemberIdentity<'a>> [since(3)];
    }

    /// One member; a static one is known by its instance id.
    struct MemberIdentity<'a> {
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [nullable];
        reason: Option<Text<'a>> [since(5), nullable, ignorable];
    }

    /// The outcome.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        error_code: i16;
        members: Vec<MemberResponse<'a>> [since(3)];
    }

    /// The outcome of one member.
    struct MemberResponse<'a> {
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [nullable] = Some("".into());
        error_code: i16;
    }
}
