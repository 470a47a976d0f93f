//! DescribeQuorum, key 55: the voters of the metadata log and how far they are. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | When replicas last fetched and were last caught up (KIP-836) |
//! | 2 | Error messages, directory ids and listeners (KIP-853) |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeQuorum: Request, Response);

schema! {
    /// Which quorums: there is one, partition 0 of `__cluster_metadata`.
    struct Request<'a> {
        topics: Vec<TopicData<'a>>;
    }

    /// The partitions of one topic.
    struct TopicData<'a> {
        topic_name: Text<'a>;
        partitions: Vec<PartitionData<'a>>;
    }

    /// One partition.
    struct PartitionData<'a> {
        partition_index: i32;
    }

    /// The state of the quorums.
    struct Response<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [since(2), nullable, ignorable] = Some("".into());
        topics: Vec<AnsweredTopicData<'a>>;
        nodes: Vec<Node<'a>> [since(2)];
    }

    /// The partitions of one topic.
    struct AnsweredTopicData<'a> {
        topic_name: Text<'a>;
        partitions: Vec<AnsweredPartitionData<'a>>;
    }

    /// Leader, voters and observers of one partition.
    struct AnsweredPartitionData<'a> {
        partition_index: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [since(2), nullable, ignorable] = Some("".into());
        leader_id: i32;
        leader_epoch: i32;
        high_watermark: i64;
        current_voters: Vec<ReplicaState<'a>>;
        observers: Vec<ReplicaState<'a>>;
    }

    /// A node named in this answer.
    struct Node<'a> {
        node_id: i32;
        listeners: Vec<Listener<'a>>;
    }

    /// Where it listens.
    struct Listener<'a> {
        name: Text<'a>;
        host: Text<'a>;
        port: u16;
    }

    /// How far one replica is; -1 where that is not known.
    struct ReplicaState<'a> {
        replica_id: i32;
        replica_directory_id: Uuid [since(2)];
        log_end_offset: i64;
        last_fetch_timestamp: i64 [since(1), ignorable] = -1;
        last_caught_up_timestamp: i64 [since(1), ignorable] = -1;
    }
}
