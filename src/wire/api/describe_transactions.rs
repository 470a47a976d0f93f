//! DescribeTransactions, key 65 (KIP-664). Version 0.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeTransactions: Request, Response);

schema! {
    /// Which transactional ids.
    struct Request<'a> {
        transactional_ids: Vec<Text<'a>>;
    }

    /// Their states.
    struct Response<'a> {
        throttle_time_ms: i32;
        transaction_states: Vec<TransactionState<'a>>;
    }

    /// One transactional id, or the error that stands for it.
    struct TransactionState<'a> {
        error_code: i16;
        transactional_id: Text<'a>;
        transaction_state: Text<'a>;
        transaction_timeout_ms: i32;
        transaction_start_time_ms: i64;
        producer_id: i64;
        producer_epoch: i16;
        topics: Vec<TopicData<'a>>;
    }

    /// The partitions of one topic in the transaction.
    struct TopicData<'a> {
        topic: Text<'a>;
        partitions: Vec<i32>;
    }
}
