//! Brokers: registered, fenced, unfenced, gone.
//!
//! | Version | RegisterBroker | BrokerRegistrationChange |
//! |---|---|---|
//! | 1 | In controlled shutdown | In controlled shutdown |
//! | 2 | Migrating from ZooKeeper | Log directories |
//! | 3 | Log directories | Cordoned log directories |
//! | 4 | Cordoned log directories | |

use crate::model::Uuid;
use crate::wire::Text;
use crate::wire::message::schema;

schema! {
    /// A broker has come, in a new incarnation. It starts fenced.
    struct RegisterBrokerRecord<'a> {
        broker_id: i32;
        is_migrating_zk_broker: bool [since(2)];
        incarnation_id: Uuid;
        broker_epoch: i64;
        end_points: Vec<BrokerEndpoint<'a>>;
        features: Vec<BrokerFeature<'a>>;
        rack: Option<Text<'a>> [nullable] = Some("".into());
        fenced: bool = true;
        in_controlled_shutdown: bool [since(1)];
        log_dirs: Vec<Uuid> [since(3), tag(0)];
        cordoned_log_dirs: Option<Vec<Uuid>> [since(4), nullable, tag(1)];
    }

    /// One listener of the broker.
    struct BrokerEndpoint<'a> {
        name: Text<'a>;
        host: Text<'a>;
        port: u16;
        security_protocol: i16;
    }

    /// The levels of one feature that the broker can work at.
    struct BrokerFeature<'a> {
        name: Text<'a>;
        min_supported_version: i16;
        max_supported_version: i16;
    }

    /// A broker is gone for good.
    struct UnregisterBrokerRecord<'a> {
        broker_id: i32;
        broker_epoch: i64;
    }

    /// Part of a registration changed; defaults mean "as before".
    struct BrokerRegistrationChangeRecord<'a> {
        broker_id: i32;
        broker_epoch: i64;
        /// -1 unfenced, 0 as before, 1 fenced.
        fenced: i8 [tag(0)];
        /// 0 as before, 1 it has begun.
        in_controlled_shutdown: i8 [since(1), tag(1)];
        log_dirs: Vec<Uuid> [since(2), tag(2)];
        cordoned_log_dirs: Option<Vec<Uuid>> [since(3), nullable, tag(3)];
    }

    /// The form of fencing before BrokerRegistrationChange; read, no longer written.
    struct FenceBrokerRecord<'a> {
        id: i32;
        epoch: i64;
    }

    /// The form of unfencing before BrokerRegistrationChange; read, no longer written.
    struct UnfenceBrokerRecord<'a> {
        id: i32;
        epoch: i64;
    }
}
