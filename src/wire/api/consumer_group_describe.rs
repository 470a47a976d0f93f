//! ConsumerGroupDescribe, key 69: the state of KIP-848 groups. Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Whether a member still speaks the classic protocol (KIP-1099) |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ConsumerGroupDescribe: Request, Response);

schema! {
    /// Which groups.
    struct Request<'a> {
        group_ids: Vec<Text<'a>>;
        include_authorized_operations: bool;
    }

    /// The groups.
    struct Response<'a> {
        throttle_time_ms: i32;
        groups: Vec<DescribedGroup<'a>>;
    }

    /// One group, or the error that stands for it.
    struct DescribedGroup<'a> {
        error_code: i16;
        error_message: Option<Text<'a>> [nullable];
        group_id: Text<'a>;
        group_state: Text<'a>;
        group_epoch: i32;
        assignment_epoch: i32;
        assignor_name: Text<'a>;
        members: Vec<Member<'a>>;
        authorized_operations: i32 = i32::MIN;
    }

    /// One member, with what it owns and what it shall own.
    struct Member<'a> {
        member_id: Text<'a>;
        instance_id: Option<Text<'a>> [nullable];
        rack_id: Option<Text<'a>> [nullable];
        member_epoch: i32;
        client_id: Text<'a>;
        client_host: Text<'a>;
        subscribed_topic_names: Vec<Text<'a>>;
        subscribed_topic_regex: Option<Text<'a>> [nullable];
        assignment: Assignment<'a>;
        target_assignment: Assignment<'a>;
        /// -1 unknown, 0 classic, 1 consumer.
        member_type: i8 [since(1), ignorable] = -1;
    }

    /// The partitions of one topic.
    struct TopicPartitions<'a> {
        topic_id: Uuid;
        topic_name: Text<'a>;
        partitions: Vec<i32>;
    }

    /// Partitions that a member owns or shall own.
    struct Assignment<'a> {
        topic_partitions: Vec<TopicPartitions<'a>>;
    }
}
