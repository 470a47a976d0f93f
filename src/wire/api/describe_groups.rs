//! DescribeGroups, key 15: the state of classic groups. Versions 0-6.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | The answer can say that it was throttled |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Authorized operations can be asked for |
//! | 4 | Instance ids of static members |
//! | 5 | Flexible |
//! | 6 | GROUP_ID_NOT_FOUND instead of a dead group (KIP-1043) |

use crate::wire::message::{api, schema};
use crate::wire::{Blob, Text};

api!(DescribeGroups: Request, Response);

schema! {
    /// Which groups.
    struct Request<'a> {
        groups: Vec<Text<'a>>;
        include_authorized_operations: bool [since(3)];
    }

    /// The groups.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        groups: Vec<DescribedGroup<'a>>;
    }

    /// One group, or the error that stands for it.
    struct DescribedGroup<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [since(6), nullable];
        group_id: Text<'a>;
        group_state: Text<'a>;
        protocol_type: Text<'a>;
        /// The protocol chosen, while the group is stable.
        protocol_data: Text<'a>;
        members: Vec<DescribedGroupMember<'a>>;
        authorized_operations: i32 [since(3)] = i32::MIN;
    }

    /// One member; metadata and assignment are for the client to read.
    struct DescribedGroupMember<'a> {
        member_id: Text<'a>;
        group_instance_id: Option<Text<'a>> [since(4), nullable, ignorable];
        client_id: Text<'a>;
        client_host: Text<'a>;
        member_metadata: Blob<'a>;
        member_assignment: Blob<'a>;
    }
}
