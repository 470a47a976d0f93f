//! One setting over all that queues and caches may hold.
//!
//! `corelane.memory.bytes` is divided among the shards, and each shard's part so:
//!
//! | Part | Share | No more than |
//! |---|---|---|
//! | newest log bytes, for readers | 6/32 | `corelane.memory.tail.bytes` |
//! | answers that clients have not read | 6/32 | 128 MiB |
//! | requests in work, and accepted bytes not yet written | 4/32 | `corelane.memory.staged.bytes` |
//! | large requests that are still arriving | 4/32 | the same |
//! | acknowledged bytes not yet in their segments | 4/32 | 128 MiB |
//! | idle buffers | 2/32 | 48 MiB |
//! | indexes of closed segments, for readers | 2/32 | 64 MiB |
//! | fetch sessions | 1/32 | 32 MiB |
//! | fetches that wait for records | 1/32 | 32 MiB |
//! | producers whose batches are told from repeated ones | 1/32 | 64 MiB |
//!
//! What is left is for what grows with partitions and connections, and for the allocator.

/// Bytes of unsent answers of one shard, where there is memory for them.
const UNSENT_BYTES_MAX: usize = 128 << 20;
/// Bytes of one shard that the journal holds and the segments do not, where there is memory for
/// them.
const UNSETTLED_BYTES_MAX: usize = 128 << 20;
/// Idle buffers that a busy shard keeps for reuse: what settling at full speed gives back at once
/// and takes again. An idle shard gives them to the system.
const IDLE_BYTES_MAX: usize = 48 << 20;
/// Bytes of the fetch sessions of one shard, where there is memory for them.
const SESSION_BYTES_MAX: usize = 32 << 20;
/// Bytes of indexes of closed segments of one shard, where there is memory for them.
const INDEX_BYTES_MAX: usize = 64 << 20;
/// Bytes of the fetches of one shard that wait, where there is memory for them.
const PARKED_BYTES_MAX: usize = 32 << 20;
/// Bytes of the producers of one shard, where there is memory for them.
const PRODUCER_BYTES_MAX: usize = 64 << 20;
/// What a partition remembers of one producer, about.
const PRODUCER_BYTES: usize = 256;
/// What a partition of a fetch session takes, about.
const SESSION_PARTITION_BYTES: usize = 256;
/// Messages that may wait between two shards. Each stands for one request at the most, and those
/// are bounded by their bytes.
const MAILBOX_MESSAGES: usize = 4096;
/// No part is cut below this: a broker without room for one request serves nobody.
const PART_BYTES_MIN: usize = 1 << 20;
/// A shard's part is cut into so many.
const SHARES: usize = 32;
/// Where nothing is set, one part in so many of the memory that there is.
const DEFAULT_PART: usize = 2;

/// Limits of memory and queues.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryPolicy {
    /// Of the whole node; 0 until [`MemoryPolicy::divide`], where nothing is set.
    pub bytes: usize,
    /// Newest log bytes kept for readers, per shard.
    pub tail_bytes: usize,
    /// Requests in work, and bytes accepted but not yet written, per shard.
    pub staged_bytes: usize,
    /// Answers that clients have not read, per shard.
    pub unsent_bytes: usize,
    /// Bytes that the journal holds and the segments do not, per shard; above this it waits.
    pub unsettled_bytes: usize,
    /// Idle buffers, per shard.
    pub idle_bytes: usize,
    /// Partitions that the fetch sessions of a shard may name.
    pub session_partitions: usize,
    /// Indexes of closed segments, per shard.
    pub index_bytes: usize,
    /// Fetches that wait for records, per shard.
    pub parked_bytes: usize,
    /// Producers that the partitions of a shard remember together.
    pub producers: usize,
    /// Messages that may wait between two shards.
    pub mailbox_messages: usize,
}

impl MemoryPolicy {
    pub(super) fn new(bytes: usize, tail_bytes: usize, staged_bytes: usize) -> MemoryPolicy {
        MemoryPolicy {
            bytes,
            tail_bytes,
            staged_bytes,
            unsent_bytes: UNSENT_BYTES_MAX,
            unsettled_bytes: UNSETTLED_BYTES_MAX,
            idle_bytes: IDLE_BYTES_MAX,
            session_partitions: SESSION_BYTES_MAX / SESSION_PARTITION_BYTES,
            index_bytes: INDEX_BYTES_MAX,
            parked_bytes: PARKED_BYTES_MAX,
            producers: PRODUCER_BYTES_MAX / PRODUCER_BYTES,
            mailbox_messages: MAILBOX_MESSAGES,
        }
    }

    /// Cuts every part to its share of what is set, or of a half of what there is.
    pub fn divide(&mut self, available: usize, shards: usize) {
        if self.bytes == 0 {
            self.bytes = available / DEFAULT_PART;
        }
        let shard = self.bytes / shards.max(1);
        let cut = |part: &mut usize, shares: usize| {
            *part = (*part).min((shard / SHARES * shares).max(PART_BYTES_MIN));
        };
        cut(&mut self.tail_bytes, 6);
        cut(&mut self.unsent_bytes, 6);
        cut(&mut self.staged_bytes, 4);
        cut(&mut self.unsettled_bytes, 4);
        cut(&mut self.idle_bytes, 2);
        cut(&mut self.index_bytes, 2);
        cut(&mut self.parked_bytes, 1);
        let (mut sessions, mut producers) = (SESSION_BYTES_MAX, PRODUCER_BYTES_MAX);
        cut(&mut sessions, 1);
        cut(&mut producers, 1);
        self.session_partitions = sessions / SESSION_PARTITION_BYTES;
        self.producers = producers / PRODUCER_BYTES;
    }
}

#[cfg(test)]
mod tests {
    use super::{MemoryPolicy, PRODUCER_BYTES, SESSION_PARTITION_BYTES};

    const MIB: usize = 1 << 20;

    fn divided(set: usize, available: usize, shards: usize) -> MemoryPolicy {
        let mut policy = MemoryPolicy::new(set, 64 * MIB, 64 * MIB);
        policy.divide(available, shards);
        policy
    }

    fn of_a_shard(policy: &MemoryPolicy) -> usize {
        let queues = policy.unsent_bytes + 2 * policy.staged_bytes + policy.unsettled_bytes;
        let readers = policy.tail_bytes + policy.index_bytes + policy.parked_bytes;
        let known =
            policy.session_partitions * SESSION_PARTITION_BYTES + policy.producers * PRODUCER_BYTES;
        queues + readers + known + policy.idle_bytes
    }

    #[test]
    fn a_large_machine_leaves_every_part_its_own_limit() {
        let policy = divided(0, 24 << 30, 2);
        assert_eq!(policy.bytes, 12 << 30);
        assert_eq!(
            (policy.tail_bytes, policy.staged_bytes, policy.unsent_bytes),
            (64 * MIB, 64 * MIB, 128 * MIB)
        );
    }

    #[test]
    fn the_parts_of_all_shards_come_to_less_than_the_whole() {
        for (set, available, shards) in [(0, 512 * MIB, 1), (256 * MIB, 24 << 30, 4)] {
            let policy = divided(set, available, shards);
            assert_eq!(policy.bytes, 256 * MIB);
            let all = shards * of_a_shard(&policy);
            assert!(all <= policy.bytes * 31 / 32, "{policy:?}");
        }
    }
}
