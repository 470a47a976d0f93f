//! How many producers the partitions of a shard remember.

use super::Shard;

impl Shard {
    /// Where the partitions remember more producers than there is memory for, each forgets its
    /// share of them: those that wrote longest ago. `producer.id.expiration.ms` does the same to
    /// those that have been silent for that time.
    pub(super) fn bound_producers(&self, max: usize) {
        let partitions = self.partitions();
        let all: usize = partitions.iter().map(|one| one.producer_count()).sum();
        if all <= max {
            return;
        }
        // A little more than has to go, so that a flood pays for this once in a while.
        let excess = all - max + max / 8;
        for partition in partitions {
            let share = (partition.producer_count() * excess).div_ceil(all);
            partition.forget_producers(share);
        }
        tracing::warn!(
            remembered = all,
            forgotten = excess,
            "more producers wrote than there is memory to know them by; those that wrote longest \
             ago are no longer protected against duplicates: raise corelane.memory.bytes, or lower \
             producer.id.expiration.ms"
        );
    }
}
