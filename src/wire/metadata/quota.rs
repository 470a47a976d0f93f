//! Quotas of users, clients and addresses.

use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// A quota of an entity is set or removed.
    struct ClientQuotaRecord<'a> {
        entity: Vec<EntityData<'a>>;
        key: Text<'a>;
        value: f64;
        remove: bool;
    }

    /// One part of the entity's name; a null name is the default of its type.
    struct EntityData<'a> {
        entity_type: Text<'a>;
        entity_name: Option<Text<'a>> [nullable] = Some("".into());
    }
}
