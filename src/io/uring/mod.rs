//! The real world: one glommio executor per shard, sockets through it, disk through a ring of
//! our own, and a small pool for what may block.

mod alarm;
pub mod clock;
mod file;
pub mod fs;
mod gather;
mod handle;
mod lacks;
pub mod limits;
pub mod memory;
mod net;
mod operation;
pub mod random;
mod ring;
mod shards;
pub mod task;
mod turn;
mod warm;

pub use file::{File, FileRange};
pub(in crate::io) use lacks::missing_paths;
pub use net::{Listener, ReadHalf, Stream, WriteHalf};
pub(in crate::io) use net::{address_of, listening};
pub use shards::{ShardFuture, StartError, allowed_cores, run_alone, run_shards};
pub use task::Task;
pub(in crate::io) use turn::take_longest_turn;

#[cfg(test)]
mod tests;
