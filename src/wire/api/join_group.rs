//! JoinGroup, key 11: enters a classic group, and waits for its next generation. Versions 0-9.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | A rebalance timeout beside the session timeout |
//! | 2 | The answer can say that it was throttled |
//! | 3 | Throttling happens after the answer, not before it |
//! | 4 | A first join is told its member id and has to join again with it |
//! | 5 | Static members (KIP-345) |
//! | 6 | Flexible |
//! | 7 | The answer repeats the protocol type (KIP-559) |
//! | 8 | A reason, for people (KIP-800) |
//! | 9 | The leader may be told to skip the assignment |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(JoinGroup: Request, Response);

schema! {
    /// Who wants to join, and which protocols it can speak.
    struct Request<'a> {
        group_id: Text<'a>;
        session_timeout_ms: i32;
        /// -1 at version 0, where the session timeout serves for both.
        rebalance_timeout_ms: i32 [since(1), ignorable] = -1;
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(5), nullable];
        protocol_type: Text<'a>;
        protocols: Vec<JoinGroupRequestProtocol<'a>>;
        reason: Option<Text<'a>> [since(8), nullable, ignorable];
    }

    /// One assignor, with the metadata it wants the leader to see.
    struct JoinGroupRequestProtocol<'a> {
        name: Text<'a>;
        metadata: Blob<'a>;
    }

    /// The generation joined. Only the leader sees the members.
    struct Response<'a> {
        throttle_time_ms: i32 [since(2), ignorable];
        error_code: i16;
        generation_id: i32 = -1;
        protocol_type: Option<Text<'a>> [since(7), nullable, ignorable];
        protocol_name: Option<Text<'a>> [nullable_since(7)] = Some("".into());
        leader: Text<'a>;
        skip_assignment: bool [since(9)];
        member_id: Text<'a>;
        members: Vec<JoinGroupResponseMember<'a>>;
    }

    /// One member, for the leader to assign to.
    struct JoinGroupResponseMember<'a> {
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(5), nullable, ignorable];
        metadata: Blob<'a>;
    }
}
