//! ConsumerGroupHeartbeat, key 68: all that a member of a KIP-848 group ever says. Versions 0-1.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Subscription by regular expression; the client makes its member id (KIP-1082) |
//!
//! Fields that did not change since the last heartbeat are left at null or -1.

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(ConsumerGroupHeartbeat: Request, Response);

schema! {
    /// The member, and what is new about it.
    struct Request<'a> {
        group_id: Text<'a>;
        member_id: Text<'a>;
        /// 0 joins, -1 leaves, -2 leaves for a while as a static member.
        member_epoch: i32;
        instance_id: Option<Text<'a>> [nullable];
        rack_id: Option<Text<'a>> [nullable];
        rebalance_timeout_ms: i32 = -1;
        subscribed_topic_names: Option<Vec<Text<'a>>> [nullable];
        subscribed_topic_regex: Option<Text<'a>> [since(1), nullable];
        server_assignor: Option<Text<'a>> [nullable];
        topic_partitions: Option<Vec<TopicPartitions<'a>>> [nullable];
    }

    /// The partitions of one topic.
    struct TopicPartitions<'a> {
        topic_id: Uuid;
        partitions: Vec<i32>;
    }

    /// The epoch to go on with and, when it changed, the assignment.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable];
        member_id: Option<Text<'a>> [nullable];
        member_epoch: i32;
        heartbeat_interval_ms: i32;
        assignment: Option<Assignment<'a>> [nullable];
    }

    /// What the member shall own.
    struct Assignment<'a> {
        topic_partitions: Vec<TopicPartitions<'a>>;
    }
}
