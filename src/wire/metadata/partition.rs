//! Partitions: who holds them and who leads them.
//!
//! | Version | What changed, in both records |
//! |---|---|
//! | 1 | Directories: which log directory of its broker each replica lives in |
//! | 2 | Eligible leader replicas (KIP-966) |

use crate::model::Uuid;
use crate::wire::message::schema;

schema! {
    /// A partition exists, in this state.
    struct PartitionRecord<'a> {
        partition_id: i32 = -1;
        topic_id: Uuid;
        replicas: Vec<i32>;
        isr: Vec<i32>;
        removing_replicas: Vec<i32>;
        adding_replicas: Vec<i32>;
        leader: i32 = -1;
        /// 1 after an unclean election, until the leader has confirmed.
        leader_recovery_state: i8 [tag(0)];
        leader_epoch: i32 = -1;
        partition_epoch: i32 = -1;
        /// In the order of `replicas`.
        directories: Vec<Uuid> [since(1)];
        eligible_leader_replicas: Option<Vec<i32>> [since(2), nullable, tag(1)];
        last_known_elr: Option<Vec<i32>> [since(2), nullable, tag(2)];
    }

    /// Some of the state of a partition changed: null, and the defaults, mean "as before". A change
    /// of leader raises the leader epoch, every change the partition epoch.
    struct PartitionChangeRecord<'a> {
        partition_id: i32 = -1;
        topic_id: Uuid;
        isr: Option<Vec<i32>> [nullable, tag(0)];
        /// -2 as before, -1 nobody.
        leader: i32 [tag(1)] = -2;
        replicas: Option<Vec<i32>> [nullable, tag(2)];
        removing_replicas: Option<Vec<i32>> [nullable, tag(3)];
        adding_replicas: Option<Vec<i32>> [nullable, tag(4)];
        leader_recovery_state: i8 [tag(5)] = -1;
        directories: Option<Vec<Uuid>> [since(1), nullable, tag(8)];
        eligible_leader_replicas: Option<Vec<i32>> [since(2), nullable, tag(6)];
        last_known_elr: Option<Vec<i32>> [since(2), nullable, tag(7)];
    }
}
