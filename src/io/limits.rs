//! What the system allows this process.

use std::io;

use super::{World, sim, uring};

/// Descriptors that this process may have open. Raised to the hard limit when executors start.
pub fn descriptors_max() -> u64 {
    match World::current() {
        World::Uring => uring::limits::descriptors_max(),
        World::Sim => sim::limits::DESCRIPTORS_MAX,
    }
}

/// Whether an open failed because this process, or the system, has no descriptor left. What is
/// open elsewhere closes in time, so it is worth trying again.
pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    uring::limits::is_out_of_descriptors(error)
}
