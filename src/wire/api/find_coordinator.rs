//! FindCoordinator, key 10: which broker coordinates a group or a transactional id. Versions 0-6.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Key types: 0 group, 1 transactional id; error messages; throttling |
//! | 2 | Throttling happens after the answer, not before it |
//! | 3 | Flexible |
//! | 4 | Many keys at once (KIP-699) |
//! | 5 | TRANSACTION_ABORTABLE is a possible error |
//! | 6 | Key type 2: share, `group:topic id:partition` (KIP-932) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(FindCoordinator: Request, Response);

schema! {
    /// What needs a coordinator: `key` until version 3, `coordinator_keys` from 4 on.
    struct Request<'a> {
        key: Text<'a> [until(3)];
        key_type: i8 [since(1)];
        coordinator_keys: Vec<Text<'a>> [since(4)];
    }

    /// Where the coordinators listen: the plain fields until version 3, the list from 4 on.
    struct Response<'a> {
        throttle_time_ms: i32 [since(1), ignorable];
        error_code: i16 [until(3)];
        error_message: Option<Text<'a>> [since(1), until(3), nullable, ignorable] = Some("".into());
        node_id: i32 [until(3)];
        host: Text<'a> [until(3)];
        port: i32 [until(3)];
        coordinators: Vec<Coordinator<'a>> [since(4)];
    }

    /// The coordinator of one key, or the error that stands for it.
    struct Coordinator<'a> {
        key: Text<'a>;
        node_id: i32;
        host: Text<'a>;
        port: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
