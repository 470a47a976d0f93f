use super::{LeaderEpoch, NodeId};

/// Who holds a partition and who leads it, as the cluster metadata last decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// All replicas, the preferred leader first.
    pub replicas: Vec<NodeId>,
    /// The replicas known to be caught up.
    pub in_sync: Vec<NodeId>,
    /// [`NodeId::NONE`] while nobody can lead.
    pub leader: NodeId,
    pub leader_epoch: LeaderEpoch,
    /// Counts every change of this value; compare-and-set key of ISR proposals.
    pub partition_epoch: i32,
}
