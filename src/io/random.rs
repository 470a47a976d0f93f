//! Dice: unpredictable in the real world, seeded in the simulated one.

use super::{World, sim, uring};
use crate::model::Uuid;

/// Fills `bytes` with random bytes.
pub fn fill(bytes: &mut [u8]) {
    match World::current() {
        World::Uring => uring::random::fill(bytes),
        World::Sim => sim::random::fill(bytes),
    }
}

/// A random number, all 64 bits.
pub fn u64() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}

/// A new id.
pub fn uuid() -> Uuid {
    let mut dice = [0; 16];
    fill(&mut dice);
    Uuid::from_random(dice)
}
