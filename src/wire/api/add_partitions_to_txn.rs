//! AddPartitionsToTxn, key 24: partitions that a transaction will write to. Versions 0-5.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Throttling happens after the answer, not before it |
//! | 2 | PRODUCER_FENCED is a possible error |
//! | 3 | Flexible. The last version for clients |
//! | 4 | Between brokers: many transactions at once, and asking without adding |
//! | 5 | TRANSACTION_ABORTABLE (KIP-890) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(AddPartitionsToTxn: Request, Response);

schema! {
    /// The fields named `v3_and_below` are a client's, the list is a broker's.
    struct Request<'a> {
        transactions: Vec<AddPartitionsToTxnTransaction<'a>> [since(4)];
        v3_and_below_transactional_id: Text<'a> [until(3)];
        v3_and_below_producer_id: i64 [until(3)];
        v3_and_below_producer_epoch: i16 [until(3)];
        v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>> [until(3)];
    }

    /// One transaction.
    struct AddPartitionsToTxnTransaction<'a> {
        transactional_id: Text<'a>;
        producer_id: i64;
        producer_epoch: i16;
        /// Ask whether the partitions are in it, and add nothing.
        verify_only: bool;
        topics: Vec<AddPartitionsToTxnTopic<'a>>;
    }

    /// Partitions of one topic.
    struct AddPartitionsToTxnTopic<'a> {
        name: Text<'a>;
        partitions: Vec<i32>;
    }

    /// The outcome, by transaction from version 4 on.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16 [since(4), ignorable];
        results_by_transaction: Vec<AddPartitionsToTxnResult<'a>> [since(4)];
        results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>> [until(3)];
    }

    /// The outcome of one transaction.
    struct AddPartitionsToTxnResult<'a> {
        transactional_id: Text<'a>;
        topic_results: Vec<AddPartitionsToTxnTopicResult<'a>>;
    }

    /// The partitions of one topic.
    struct AddPartitionsToTxnTopicResult<'a> {
        name: Text<'a>;
        results_by_partition: Vec<AddPartitionsToTxnPartitionResult<'a>>;
    }

    /// The outcome of one partition.
    struct AddPartitionsToTxnPartitionResult<'a> {
        partition_index: i32;
        partition_error_code: i16;
    }
}
