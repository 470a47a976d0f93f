//! Producer ids, handed to brokers in blocks.

use crate::wire::message::schema;

schema! {
    /// All producer ids below the next one are given away.
    struct ProducerIdsRecord<'a> {
        broker_id: i32;
        broker_epoch: i64 = -1;
        next_producer_id: i64;
    }
}
