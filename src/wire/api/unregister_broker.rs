//! UnregisterBroker, key 64: forgets a broker for good. Version 0.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(UnregisterBroker: Request, Response);

schema! {
    /// Which broker.
    struct Request<'a> {
        broker_id: i32;
    }

    /// Whether it is forgotten.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
    }
}
