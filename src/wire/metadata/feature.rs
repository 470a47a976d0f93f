//! Feature levels of the cluster.

use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// The cluster works at this level of a feature; 0 removes it.
    struct FeatureLevelRecord<'a> {
        name: Text<'a>;
        feature_level: i16;
    }
}
