//! Fetch, key 1: reads record batches, for consumers and for followers. Versions 4-18.
//!
//! | Version | What changed |
//! |---|---|
//! | 4 | Oldest served: isolation level, last stable offset, aborted transactions |
//! | 5 | Log start offsets, of the follower and of the leader |
//! | 6 | The answer may hold KAFKA_STORAGE_ERROR |
//! | 7 | Incremental fetch sessions (KIP-227) and an error of the whole answer |
//! | 8 | Throttling happens after the answer |
//! | 9 | The reader's leader epoch, so that stale readers and leaders are told apart |
//! | 10 | Batches may be compressed with zstd |
//! | 11 | Rack of the reader, preferred replica in the answer (KIP-392) |
//! | 12 | Flexible. Last fetched epoch, cluster id; diverging epoch and leader in the answer |
//! | 13 | Topics by id instead of name |
//! | 14 | OFFSET_MOVED_TO_TIERED_STORAGE |
//! | 15 | The follower's identity moves into a tagged field with its broker epoch (KIP-903) |
//! | 16 | The answer says where new leaders listen (KIP-951) |
//! | 17 | The follower's log directory id (KIP-853) |
//! | 18 | The follower's high watermark, so that the leader need not wait to tell a newer one |

use crate::model::Uuid;
use crate::wire::message::{api, schema};
use crate::wire::{Records, Text};

api!(Fetch: Request, Response);

schema! {
    /// What to read, from where, and how long to wait for how much.
    struct Request<'a> {
        cluster_id: Option<Text<'a>> [since(12), nullable, tag(0), ignorable];
        replica_id: i32 [until(14)] = -1;
        replica_state: ReplicaState<'a> [since(15), tag(1)];
        max_wait_ms: i32;
        /// Wait until this much is there, or `max_wait_ms` has passed.
        min_bytes: i32;
        /// Soft: the first batch of the first partition that has one is always sent.
        max_bytes: i32 = i32::MAX;
        isolation_level: i8;
        session_id: i32 [since(7), ignorable];
        /// -1 closes the session or wants none, 0 opens one, others continue it.
        session_epoch: i32 [since(7), ignorable] = -1;
        topics: Vec<FetchTopic<'a>>;
        forgotten_topics_data: Vec<ForgottenTopic<'a>> [since(7)];
        rack_id: Text<'a> [since(11), ignorable];
    }

    /// Which follower reads, and in which incarnation of its broker.
    struct ReplicaState<'a> {
        replica_id: i32 = -1;
        replica_epoch: i64 = -1;
    }

    /// The partitions to read of one topic, named until version 12, by id from 13 on.
    struct FetchTopic<'a> {
        topic: Text<'a> [until(12), ignorable];
        topic_id: Uuid [since(13), ignorable];
        partitions: Vec<FetchPartition<'a>>;
    }

    /// Where to read in one partition.
    struct FetchPartition<'a> {
        partition: i32;
        current_leader_epoch: i32 [since(9), ignorable] = -1;
        fetch_offset: i64;
        last_fetched_epoch: i32 [since(12)] = -1;
        log_start_offset: i64 [since(5), ignorable] = -1;
        partition_max_bytes: i32;
        replica_directory_id: Uuid [since(17), tag(0), ignorable];
        high_watermark: i64 [since(18), tag(1), ignorable] = i64::MAX;
    }

    /// Partitions that leave the fetch session.
    struct ForgottenTopic<'a> {
        topic: Text<'a> [until(12), ignorable];
        topic_id: Uuid [since(13), ignorable];
        partitions: Vec<i32>;
    }

    /// What was there to read. In a session, only partitions with news.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16 [since(7), ignorable];
        session_id: i32 [since(7)];
        responses: Vec<FetchableTopicResponse<'a>>;
        node_endpoints: Vec<NodeEndpoint<'a>> [since(16), tag(0)];
    }

    /// The partitions of one topic.
    struct FetchableTopicResponse<'a> {
        topic: Text<'a> [until(12), ignorable];
        topic_id: Uuid [since(13), ignorable];
        partitions: Vec<PartitionData<'a>>;
    }

    /// What was read of one partition.
    struct PartitionData<'a> {
        partition_index: i32;
        error_code: i16;
        high_watermark: i64;
        last_stable_offset: i64 = -1;
        log_start_offset: i64 [since(5), ignorable] = -1;
        diverging_epoch: EpochEndOffset<'a> [since(12), tag(0)];
        current_leader: LeaderIdAndEpoch<'a> [since(12), tag(1)];
        snapshot_id: SnapshotId<'a> [since(12), tag(2)];
        aborted_transactions: Option<Vec<AbortedTransaction<'a>>> [nullable] = Some(vec![]);
        /// The replica to read from instead; -1 for here.
        preferred_read_replica: i32 [since(11)] = -1;
        /// Whole batches, the first of which may start before the offset asked for. Answers give
        /// them as a splice, so that they are never copied.
        records: Option<Records<'a>> [nullable] = Some(Default::default());
    }

    /// Where the log of the reader leaves that of the leader.
    struct EpochEndOffset<'a> {
        epoch: i32 = -1;
        end_offset: i64 = -1;
    }

    /// Who leads the partition now.
    struct LeaderIdAndEpoch<'a> {
        leader_id: i32 = -1;
        leader_epoch: i32 = -1;
    }

    /// The snapshot to read instead, because the log no longer reaches back so far.
    struct SnapshotId<'a> {
        end_offset: i64 = -1;
        epoch: i32 = -1;
    }

    /// A producer whose records from this offset on were aborted.
    struct AbortedTransaction<'a> {
        producer_id: i64;
        first_offset: i64;
    }

    /// Where a leader named in this answer listens.
    struct NodeEndpoint<'a> {
        node_id: i32;
        host: Text<'a>;
        port: i32;
        rack: Option<Text<'a>> [nullable];
    }
}
