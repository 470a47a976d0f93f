//! DescribeClientQuotas, key 48 (KIP-546). Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Flexible |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeClientQuotas: Request, Response);

schema! {
    /// Which entities to show.
    struct Request<'a> {
        components: Vec<ComponentData<'a>>;
        /// Leave out entities that have parts which were not asked for.
        strict: bool;
    }

    /// One filter.
    struct ComponentData<'a> {
        entity_type: Text<'a>;
        /// 0 this name, 1 the default, 2 any name.
        match_type: i8;
        r#match: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// The quotas; null entries on error.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        entries: Option<Vec<EntryData<'a>>> [nullable] = Some(vec![]);
    }

    /// One entity and its quotas.
    struct EntryData<'a> {
        entity: Vec<EntityData<'a>>;
        values: Vec<ValueData<'a>>;
    }

    /// One part of the entity's name; a null name is the default of its type.
    struct EntityData<'a> {
        entity_type: Text<'a>;
        entity_name: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// One quota.
    struct ValueData<'a> {
        key: Text<'a>;
        value: f64;
    }
}
