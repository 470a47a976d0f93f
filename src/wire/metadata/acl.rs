//! Access control entries.

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// An entry exists; its numbers are those of Kafka's enumerations.
    struct AccessControlEntryRecord<'a> {
        id: Uuid;
        resource_type: i8;
        resource_name: Text<'a>;
        pattern_type: i8;
        principal: Text<'a>;
        host: Text<'a>;
        operation: i8;
        permission_type: i8;
    }

    /// An entry is gone.
    struct RemoveAccessControlEntryRecord<'a> {
        id: Uuid;
    }
}
