//! WriteTxnMarkers, key 27: ends transactions in the partitions they wrote to. Versions 1-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served; flexible |
//! | 2 | Says which protocol the transaction followed (KIP-1228) |
//!
//! Between brokers, and for tools that abort what hangs.

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(WriteTxnMarkers: Request, Response);

schema! {
    /// The markers to write.
    struct Request<'a> {
        markers: Vec<WritableTxnMarker<'a>>;
    }

    /// The end of one transaction.
    struct WritableTxnMarker<'a> {
        producer_id: i64;
        producer_epoch: i16;
        transaction_result: bool;
        topics: Vec<WritableTxnMarkerTopic<'a>>;
        coordinator_epoch: i32;
        transaction_version: i8 [since(2), ignorable];
    }

    /// The partitions of one topic.
    struct WritableTxnMarkerTopic<'a> {
        name: Text<'a>;
        partition_indexes: Vec<i32>;
    }

    /// The outcome of each marker.
    struct Response<'a> {
        markers: Vec<WritableTxnMarkerResult<'a>>;
    }

    /// The outcome of one marker.
    struct WritableTxnMarkerResult<'a> {
        producer_id: i64;
        topics: Vec<WritableTxnMarkerTopicResult<'a>>;
    }

    /// The partitions of one topic.
    struct WritableTxnMarkerTopicResult<'a> {
        name: Text<'a>;
        partitions: Vec<WritableTxnMarkerPartitionResult<'a>>;
    }

    /// The outcome of one partition.
    struct WritableTxnMarkerPartitionResult<'a> {
        partition_index: i32;
        error_code: i16;
    }
}
