//! DeleteTopics, key 20. Versions 1-6.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Oldest served: the answer can say that it was throttled |
//! | 2 | Throttling happens after the answer |
//! | 3 | TOPIC_DELETION_DISABLED is a possible error |
//! | 4 | Flexible |
//! | 5 | The answer explains errors in words; THROTTLING_QUOTA_EXCEEDED |
//! | 6 | Topics by name or by id |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DeleteTopics: Request, Response);

schema! {
    /// Topics to delete: `topic_names` until version 5, `topics` from 6 on.
    struct Request<'a> {
        topics: Vec<DeleteTopicState<'a>> [since(6)];
        topic_names: Vec<Text<'a>> [until(5), ignorable];
        timeout_ms: i32;
    }

    /// One topic, by name, or by id with a null name.
    struct DeleteTopicState<'a> {
        name: Option<Text<'a>> [nullable];
        topic_id: Uuid;
    }

    /// The outcome of each topic.
    struct Response<'a> {
        throttle_time_ms: i32;
        responses: Vec<DeletableTopicResult<'a>>;
    }

    /// One topic as deleted, or why it was not.
    struct DeletableTopicResult<'a> {
        name: Option<Text<'a>> [nullable_since(6)] = Some("".into());
        topic_id: Uuid [since(6), ignorable];
        error_code: i16;
        error_message: Option<Text<'a>> [since(5), nullable, ignorable];
    }
}
