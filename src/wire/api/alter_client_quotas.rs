//! AlterClientQuotas, key 49 (KIP-546). Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AlterClientQuotas: Request, Response);

schema! {
    /// Quotas to change, or only to judge when `validate_only`.
    struct Request<'a> {
        entries: Vec<EntryData<'a>>;
        validate_only: bool;
    }

    /// The changes to one entity.
    struct EntryData<'a> {
        entity: Vec<EntityData<'a>>;
        ops: Vec<OpData<'a>>;
    }

    /// One part of the entity's name; a null name is the default of its type.
    struct EntityData<'a> {
        entity_type: Text<'a>;
        entity_name: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// One quota to set or to remove.
    struct OpData<'a> {
        key: Text<'a>;
        value: f64;
        remove: bool;
    }

    /// The outcome of each entity.
    struct Response<'a> {
        throttle_time_ms: i32;
        entries: Vec<AnsweredEntryData<'a>>;
    }

    /// The outcome of one entity.
    struct AnsweredEntryData<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        entity: Vec<EntityData<'a>>;
    }
}
