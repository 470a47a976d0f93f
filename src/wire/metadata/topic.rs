//! Topics: created under a name and an id, deleted by id.

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// A topic exists. Its partitions follow as records of their own.
    struct TopicRecord<'a> {
        name: Text<'a>;
        topic_id: Uuid;
    }

    /// A topic is deleted, and with it all its partitions.
    struct RemoveTopicRecord<'a> {
        topic_id: Uuid;
    }

    /// The eligible leader replicas of a topic, or of all when the name is empty, are forgotten:
    /// the minimum of in-sync replicas has changed.
    struct ClearElrRecord<'a> {
        topic_name: Text<'a>;
    }
}
