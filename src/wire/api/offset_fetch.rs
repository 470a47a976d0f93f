//! OffsetFetch, key 9: how far groups have read. Versions 1-10.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: offsets that the cluster keeps |
//! | 2 | Null topics ask for all; an error of the whole answer |
//! | 3 | The answer can say that it was throttled |
//! | 4 | Throttling happens after the answer, not before it |
//! | 5 | Leader epochs |
//! | 6 | Flexible |
//! | 7 | Offsets in open transactions can be waited for (UNSTABLE_OFFSET_COMMIT) |
//! | 8 | Many groups at once |
//! | 9 | Usable by members of KIP-848 groups; STALE_MEMBER_EPOCH |
//! | 10 | Topics by id instead of name |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(OffsetFetch: Request, Response);

schema! {
    /// Whose offsets: the plain fields until version 7, the groups from 8 on.
    struct Request<'a> {
        group_id: Text<'a> [until(7)];
        topics: Option<Vec<OffsetFetchRequestTopic<'a>>>
            [until(7), nullable_since(2)] = Some(vec![]);
        groups: Vec<OffsetFetchRequestGroup<'a>> [since(8)];
        require_stable: bool [since(7)];
    }

    /// The partitions of one topic.
    struct OffsetFetchRequestTopic<'a> {
        name: Text<'a>;
        partition_indexes: Vec<i32>;
    }

    /// One group; null topics for all.
    struct OffsetFetchRequestGroup<'a> {
        group_id: Text<'a>;
        member_id: Option<Text<'a>> [since(9), nullable, ignorable];
        member_epoch: i32 [since(9), ignorable] = -1;
        topics: Option<Vec<OffsetFetchRequestTopics<'a>>> [nullable] = Some(vec![]);
    }

    /// The partitions of one topic.
    struct OffsetFetchRequestTopics<'a> {
        name: Text<'a> [until(9), ignorable];
        topic_id: Uuid [since(10), ignorable];
        partition_indexes: Vec<i32>;
    }

    /// The offsets: the plain fields until version 7, the groups from 8 on.
    struct Response<'a> {
        throttle_time_ms: i32 [since(3), ignorable];
        topics: Vec<OffsetFetchResponseTopic<'a>> [until(7)];
        error_code: i16 [since(2), until(7), ignorable];
        groups: Vec<OffsetFetchResponseGroup<'a>> [since(8)];
    }

    /// The partitions of one topic.
    struct OffsetFetchResponseTopic<'a> {
        name: Text<'a>;
        partitions: Vec<OffsetFetchResponsePartition<'a>>;
    }

    /// What is committed for one partition; offset -1 for nothing.
    struct OffsetFetchResponsePartition<'a> {
        partition_index: i32;
        committed_offset: i64;
        committed_leader_epoch: i32 [since(5), ignorable] = -1;
        metadata: Option<Text<'a>> [nullable] = Some("".into());
        error_code: i16;
    }

    /// The offsets of one group.
    struct OffsetFetchResponseGroup<'a> {
        group_id: Text<'a>;
        topics: Vec<OffsetFetchResponseTopics<'a>>;
        error_code: i16;
    }

    /// The partitions of one topic.
    struct OffsetFetchResponseTopics<'a> {
        name: Text<'a> [until(9), ignorable];
        topic_id: Uuid [since(10), ignorable];
        partitions: Vec<OffsetFetchResponsePartitions<'a>>;
    }

    /// What is committed for one partition; offset -1 for nothing.
    struct OffsetFetchResponsePartitions<'a> {
        partition_index: i32;
        committed_offset: i64;
        committed_leader_epoch: i32 = -1;
        metadata: Option<Text<'a>> [nullable] = Some("".into());
        error_code: i16;
    }
}
