//! DescribeCluster, key 60: the cluster id, controller and brokers. Versions 0-2.
//!
//! | Version | What changed |
//! |---|---|
//! | 1 | Endpoint type: brokers or controllers (KIP-919) |
//! | 2 | Fenced brokers can be asked for (KIP-1073) |

use crate::wire::Text;
use crate::wire::message::{api, schema};

api!(DescribeCluster: Request, Response);

schema! {
    /// What to describe; endpoint type 1 is brokers, 2 controllers.
    struct Request<'a> {
        include_cluster_authorized_operations: bool;
        endpoint_type: i8 [since(1)] = 1;
        include_fenced_brokers: bool [since(2)];
    }

    /// The cluster.
    struct Response<'a> {
        throttle_time_ms: i32;
        error_code: i16;
        error_message: Option<Text<'a>> [nullable];
        endpoint_type: i8 [since(1)] = 1;
        cluster_id: Text<'a>;
        controller_id: i32 = -1;
        brokers: Vec<DescribeClusterBroker<'a>>;
        cluster_authorized_operations: i32 = i32::MIN;
    }

    /// Where one broker listens, on the listener that the request came in by.
    struct DescribeClusterBroker<'a> {
        broker_id: i32;
        host: Text<'a>;
        port: i32;
        rack: Option<Text<'a>> [nullable];
        is_fenced: bool [since(2)];
    }
}
