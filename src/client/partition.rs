/// The partition for records with this key: the same as Java's default partitioner picks
/// (`BuiltInPartitioner.partitionForKey`), so that producers of all kinds agree.
pub fn partition_of_key(key: &[u8], partitions: u32) -> i32 {
    let positive = murmur2(key) & 0x7fff_ffff;
    i32::try_from(positive % partitions.max(1)).unwrap_or(0)
}

/// MurmurHash 2 with Kafka's seed (`Utils.murmur2`).
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let (words, rest) = bytes.as_chunks::<4>();
    let mut hash = SEED ^ length;
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        let tail = rest
            .iter()
            .rev()
            .fold(0, |tail, byte| (tail << 8) | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

/// Where records without a key go: one random partition until a batch's worth of bytes went
/// there, then another (KIP-794), so that batches fill and partitions share the load.
#[derive(Debug, Clone, Copy)]
pub struct Sticky {
    partition: i32,
    bytes: usize,
}

impl Sticky {
    pub fn new(dice: u64, partitions: u32) -> Sticky {
        Sticky {
            partition: pick(dice, partitions),
            bytes: 0,
        }
    }

    /// The partition for the next record of `bytes` bytes.
    pub fn next(&mut self, bytes: usize, limit: usize, dice: u64, partitions: u32) -> i32 {
        if self.bytes >= limit {
            *self = Sticky::new(dice, partitions);
        }
        self.bytes += bytes;
        self.partition
    }
}

fn pick(dice: u64, partitions: u32) -> i32 {
    i32::try_from(dice % u64::from(partitions.max(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Sticky, murmur2, partition_of_key};

    #[test]
    fn keys_hash_as_in_java() {
        // Values of `Utils.murmur2` for the same bytes.
        let known: [(&[u8], i32); 5] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (
                b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
                -58_897_971,
            ),
        ];
        for (key, hash) in known {
            assert_eq!(murmur2(key).cast_signed(), hash);
        }
        assert!((0..7).contains(&partition_of_key(b"foobar", 7)));
    }

    #[test]
    fn records_without_key_stay_until_a_batch_is_full() {
        let mut sticky = Sticky::new(3, 4);
        assert_eq!(sticky.next(60, 100, 1, 4), 3);
        assert_eq!(sticky.next(60, 100, 1, 4), 3);
        assert_eq!(sticky.next(60, 100, 1, 4), 1);
    }
}
