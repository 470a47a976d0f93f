//! Boot, shutdown and the wiring of one process.
//!
//! ```text
//! options -> settings -> data directory (lock, identity) -> executors
//!   shard 0: metadata log -> image -> every shard opens its partitions -> listeners -> ready
//!   stop:    listeners -> quiet -> close partitions -> checkpoints -> clean-shutdown marker
//! ```
//!
//! Invariant: the clean-shutdown marker is removed before the first write and made after the
//! last one. Deliberately absent: anything about a record or a request.

mod boot;
mod diagnostics;
mod identity;
mod life;
mod options;
mod register;
mod report;
mod stop;

pub use boot::serve;
pub use life::{LifeFault, Outside, Ready, run};
pub use options::Options;
