//! The producers that a partition knows, to tell a batch from the same one once more.

use super::Partition;
use crate::log::ProducerEntry;
use crate::model::{ProducerId, Timestamp};

impl Partition {
    /// The producers that the log remembers, by id.
    pub fn producers(&self) -> Vec<(ProducerId, ProducerEntry)> {
        let state = self.state();
        let producers = state.log.producers().iter();
        producers.map(|(id, entry)| (id, entry.clone())).collect()
    }

    pub(in crate::shard) fn producer_count(&self) -> usize {
        self.state().log.producers().len()
    }

    /// Forgets those that have been silent for `producer.id.expiration.ms`.
    pub(in crate::shard) fn expire_producers(&self, now: Timestamp) {
        self.state_mut().log.expire_producers(now);
    }

    /// Forgets so many, those that wrote longest ago.
    pub(in crate::shard) fn forget_producers(&self, count: usize) {
        self.state_mut().log.forget_producers(count);
    }
}
