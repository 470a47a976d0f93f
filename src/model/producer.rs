use serde::Serialize;

/// An idempotent or transactional producer, numbered by the cluster. -1 means none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct ProducerId(pub i64);

impl ProducerId {
    pub const NONE: ProducerId = ProducerId(-1);

    pub fn is_some(self) -> bool {
        self.0 >= 0
    }
}

/// A record's number within its producer and partition. Wraps from 2^31-1 to 0, never negative;
/// -1 means none (`DefaultRecordBatch.incrementSequence`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Sequence(pub i32);

impl Sequence {
    pub const NONE: Sequence = Sequence(-1);
    pub const ZERO: Sequence = Sequence(0);

    /// The sequence `count` records later, wrapping. `Sequence(i32::MAX).plus(1)` is 0.
    pub fn plus(self, count: i32) -> Sequence {
        let sum = i64::from(self.0) + i64::from(count);
        Sequence(sum.rem_euclid(1 << 31) as i32)
    }
}
