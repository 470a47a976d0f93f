//! One core's world: its partitions, and the way to those of other cores.
//!
//! Everything of a partition lives on one shard and is touched by its thread alone. Other shards
//! send work to it ([`Router`]): one bounded hop each way, payload as counted slices.
//!
//! ```text
//! connection's shard                      owner's shard
//!   handler -> router ---- job ----> stage (order settled) -> journal -> publish
//!           <------------- reply -----------------------------------------'
//! ```
//!
//! Invariants: no borrow of a partition's state crosses an await; what is acknowledged is durable
//! (or written, where the topic asks for no more); every queue has a limit.
//!
//! Deliberately absent: requests and error codes (`server`), boot order (`node`).

mod append;
mod boot_marks;
mod budget;
pub mod checkpoint;
pub mod cleaner;
mod controller;
mod dir_failure;
pub mod janitor;
mod journal;
mod latch;
mod loaded_indexes;
mod locate;
mod log_dirs;
mod metadata_log;
pub mod on_disk;
mod open_files;
mod partition;
mod producer_ids;
mod producers;
mod read;
mod reconcile;
mod router;
mod scatter;
pub mod scrub;
pub mod space;
mod strays;
mod tails;
mod throttle;
mod waiters;
mod world;

pub use append::{Append, Outcome as AppendOutcome};
pub use boot_marks::BootMarks;
pub use budget::{Budget, Permit};
pub use checkpoint::CheckpointFault;
pub use controller::{CONTROLLER, CommandRefusal, Controller, Records};
pub use journal::{ReplayFault, remove as remove_journals, replay as replay_journals};
pub use log_dirs::{LogDir, LogDirs};
pub use metadata_log::{DIRECTORY as METADATA_DIRECTORY, Replayed, open as open_metadata_log};
pub use partition::{
    Appended, EpochEnd, Fault, Listed, ListedOffset, Opening, Partition, PartitionRead, Policy,
    ReadLimits, ReadRefusal, Refusal as AppendRefusal, open,
};
pub use read::{Read, ReadOutcome, Watch};
pub use router::{Job, LocalFuture, Reply, Router, ShardStopped};
pub use world::{Plan, Shard, Unserved};
