//! A write or sync of a segment that fails ends the service of its partition, and of no other.

use std::rc::Rc;

use super::{Fault, Partition};
use crate::shard::Shard;

impl Partition {
    /// Fences it for good, and says so once.
    pub(super) fn break_off(&self, fault: &Fault) {
        if fault.is_of_the_disk() && self.fault().is_none() {
            tracing::error!(
                partition = %self.name, %fault,
                "the partition is fenced; nothing more is acknowledged until a restart"
            );
        }
        self.fence(fault.clone());
    }

    /// The same, and has its directory looked at, once.
    pub(in crate::shard) fn give_up(&self, shard: &Rc<Shard>, fault: &Fault) {
        self.break_off(fault);
        if fault.is_of_the_disk() && !self.suspected.replace(true) {
            shard.suspect_writes(&self.dir, fault);
        }
    }
}
