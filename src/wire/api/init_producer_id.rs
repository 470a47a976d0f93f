//! InitProducerId, key 22: gives a producer its id and epoch. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer |
//! | 2 | Flexible |
//! | 3 | The producer may name its id and epoch, to go on with a newer epoch (KIP-360) |
//! | 4 | PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH |
//! | 5 | TRANSACTION_ABORTABLE is a possible error |
//!
//! Version 6, for two-phase commit, is unstable in Kafka and unknown here.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(InitProducerId: Request, Response);

schema! {
    /// Asks for an id, for idempotence alone when the transactional id is null.
    struct Request<'a> {
        transactional_id: Option<Text<'a>> [nullable] = Some("".into());
        transaction_timeout_ms: i32;
        producer_id: i64 [since(3)] = -1;
        producer_epoch: i16 [since(3)] = -1;
    }

    /// The id and epoch to produce with.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        producer_id: i64 = -1;
        producer_epoch: i16;
    }
}
