//! Dynamic configuration of topics, brokers, groups and client metrics.

use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// A key of a resource has a value, or none any more when it is null.
    struct ConfigRecord<'a> {
        resource_type: i8;
        /// Empty for the default of all brokers.
        resource_name: Text<'a>;
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
    }
}
