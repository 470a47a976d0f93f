//! CreateTopics, key 19. Versions 2-7.
//!
//! | Version | What changed |
//! |---|---|
//! | 2 | Oldest served: the answer can say that it was throttled |
//! | 3 | Throttling happens after the answer |
//! | 4 | Partition count and replication factor may be -1: the broker's defaults |
//! | 5 | Flexible. The answer tells the partition count, factor and configs that were chosen |
//! | 6 | THROTTLING_QUOTA_EXCEEDED is a possible error |
//! | 7 | The answer tells the topic's id |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(CreateTopics: Request, Response);

schema! {
    /// Topics to create, or only to judge when `validate_only`.
    struct Request<'a> {
        topics: Vec<CreatableTopic<'a>>;
        timeout_ms: i32 = 60000;
        validate_only: bool;
    }

    /// One topic: counts, or an assignment with both counts at -1.
    struct CreatableTopic<'a> {
        name: Text<'a>;
        num_partitions: i32;
        replication_factor: i16;
        assignments: Vec<CreatableReplicaAssignment<'a>>;
        configs: Vec<CreatableTopicConfig<'a>>;
    }

    /// The brokers of one partition, the preferred leader first.
    struct CreatableReplicaAssignment<'a> {
        partition_index: i32;
        broker_ids: Vec<i32>;
    }

    /// One config key of the topic.
    struct CreatableTopicConfig<'a> {
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
    }

    /// The outcome of each topic.
    struct Response<'a> {
        throttle_time_ms: i32;
        topics: Vec<CreatableTopicResult<'a>>;
    }

    /// One topic as created, or why it was not.
    struct CreatableTopicResult<'a> {
        name: Text<'a>;
        topic_id: Uuid [since(7), ignorable];
        error_code: i16;
        error_message: Option<Text<'a>> [nullable] = Some("".into());
        /// Set when the caller may not see the configs, though the topic was created.
        topic_config_error_code: i16 [since(5), tag(0), ignorable];
        num_partitions: i32 [since(5), ignorable] = -1;
        replication_factor: i16 [since(5), ignorable] = -1;
        configs: Option<Vec<CreatableTopicConfigs<'a>>>
            [since(5), nullable, ignorable] = Some(vec![]);
    }

    /// One config key of the new topic, as in effect.
    struct CreatableTopicConfigs<'a> {
        name: Text<'a>;
        value: Option<Text<'a>> [nullable] = Some("".into());
        read_only: bool;
        config_source: i8 = -1;
        is_sensitive: bool;
    }
}
