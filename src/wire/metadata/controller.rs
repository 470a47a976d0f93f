//! Controllers: what they can do and where they listen.

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// A controller has come, in a new incarnation.
    struct RegisterControllerRecord<'a> {
        controller_id: i32;
        incarnation_id: Uuid;
        zk_migration_ready: bool;
        end_points: Vec<ControllerEndpoint<'a>>;
        features: Vec<ControllerFeature<'a>>;
    }

    /// One listener of the controller.
    struct ControllerEndpoint<'a> {
        name: Text<'a>;
        host: Text<'a>;
        port: u16;
        security_protocol: i16;
    }

    /// The levels of one feature that the controller can work at.
    struct ControllerFeature<'a> {
        name: Text<'a>;
        min_supported_version: i16;
        max_supported_version: i16;
    }
}
