//! Metadata, key 3: which brokers there are, and who leads which partition. Versions 0-13.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Null topics ask for all; the answer names controller, racks and internal topics |
//! | 2 | The answer names the cluster |
//! | 3 | The answer can say that it was throttled |
//! | 4 | The request says whether unknown topics may be created |
//! | 5 | The answer lists offline replicas |
//! | 6 | Throttling happens after the answer |
//! | 7 | The answer carries leader epochs |
//! | 8 | Authorized operations can be asked for, of topics and of the cluster |
//! | 9 | Flexible |
//! | 10 | Topics have ids beside names |
//! | 11 | Operations of the cluster are gone: DescribeCluster has them |
//! | 12 | A topic can be asked for by id |
//! | 13 | An error of the whole answer, used to send a client back to its bootstrap servers |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(Metadata: Request, Response);

schema! {
    /// Asks for topics: all when null (at version 0 when empty).
    struct Request<'a> {
        topics: Option<Vec<MetadataRequestTopic<'a>>> [nullable_since(1)] = Some(vec![]);
        allow_auto_topic_creation: bool [since(4)] = true;
        include_cluster_authorized_operations: bool [since(8), until(10)];
        include_topic_authorized_operations: bool [since(8)];
    }

    /// One topic, by name or, from version 12 on, by id with a null name.
    struct MetadataRequestTopic<'a> {
        topic_id: Uuid [since(10), ignorable];
        name: Option<Text<'a>> [nullable_since(10)] = Some("".into());
    }

    /// Brokers and topics as the answering broker knows them.
    struct Response<'a> {
        throttle_time_ms: i32 [since(3), ignorable];
        brokers: Vec<MetadataResponseBroker<'a>>;
        cluster_id: Option<Text<'a>> [since(2), nullable, ignorable];
        controller_id: i32 [since(1), ignorable] = -1;
        topics: Vec<MetadataResponseTopic<'a>>;
        cluster_authorized_operations: i32 [since(8), until(10)] = i32::MIN;
        error_code: i16 [since(13), ignorable];
    }

    /// Where one broker listens, on the listener that the request came in by.
    struct MetadataResponseBroker<'a> {
        node_id: i32;
        host: Text<'a>;
        port: i32;
        rack: Option<Text<'a>> [since(1), nullable, ignorable];
    }

    /// One topic, or the error that stands for it.
    struct MetadataResponseTopic<'a> {
        error_code: i16;
        name: Option<Text<'a>> [nullable_since(12)] = Some("".into());
        topic_id: Uuid [since(10), ignorable];
        is_internal: bool [since(1), ignorable];
        partitions: Vec<MetadataResponsePartition<'a>>;
        /// A bit per operation; the default means that nobody asked.
        topic_authorized_operations: i32 [since(8)] = i32::MIN;
    }

    /// Who leads and who follows one partition.
    struct MetadataResponsePartition<'a> {
        error_code: i16;
        partition_index: i32;
        leader_id: i32;
        leader_epoch: i32 [since(7), ignorable] = -1;
        replica_nodes: Vec<i32>;
        isr_nodes: Vec<i32>;
        offline_replicas: Vec<i32> [since(5), ignorable];
    }
}
