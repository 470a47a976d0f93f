use std::cell::RefCell;
use std::time::Duration;

use super::world::Sim;

/// The seeded randomness of one world. Every choice of the world comes from here, so a seed
/// replays a run as long as the code that asks does not change.
pub struct Dice {
    rng: RefCell<fastrand::Rng>,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice {
            rng: RefCell::new(fastrand::Rng::with_seed(seed)),
        }
    }

    pub fn u64(&self) -> u64 {
        self.rng.borrow_mut().u64(..)
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.rng.borrow_mut().fill(bytes);
    }

    /// A number in `0..limit`; `limit` must not be zero.
    pub fn below(&self, limit: u64) -> u64 {
        assert!(limit > 0, "a die needs a face");
        self.rng.borrow_mut().u64(..limit)
    }

    /// A number in `low..=high`.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        self.rng.borrow_mut().u64(low..=high)
    }

    /// An index of a sequence of `len` elements; `len` must not be zero.
    pub fn index(&self, len: usize) -> usize {
        assert!(len > 0, "no element to choose");
        self.rng.borrow_mut().usize(..len)
    }

    /// True in `percent` of the throws.
    pub fn percent(&self, percent: u8) -> bool {
        self.rng.borrow_mut().u8(..100) < percent
    }

    /// A span in `low..=high`, to the nanosecond.
    pub fn span(&self, low: Duration, high: Duration) -> Duration {
        let nanos = |span: Duration| u64::try_from(span.as_nanos()).expect("a span of centuries");
        Duration::from_nanos(self.between(nanos(low), nanos(high)))
    }
}

/// Fills `bytes` from the dice of the current world.
pub fn fill(bytes: &mut [u8]) {
    Sim::current().dice().fill(bytes);
}
