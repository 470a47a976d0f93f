//! The simulated world: whole brokers in one thread, under virtual time and seeded dice.
//!
//! A [`World`] runs futures. Each belongs to a [`Node`], a machine with an address, a disk and
//! a power switch; the future given to [`World::run`] is the driver's, who stands for the test and
//! never goes down. Whichever task may run is chosen by dice; time stands still while any task
//! is ready and then jumps to the next deadline; so a run of minutes takes milliseconds, and a
//! seed repeats it exactly, as [`World::trace_hash`] shows.
//!
//! ```text
//!   io::File, io::Stream, io::spawn, io::now ...      the doors, as the broker knows them
//!        |
//!   sim::file, fs   net        task     clock   random
//!        |           |          |         |       |
//!   disk::Volume   net::Net  Executor   Clock   Dice       all of one Sim, found by thread
//! ```
//!
//! **Invariants.** Nothing in here reads a real clock or rolls real dice; a submitted disk
//! operation goes on when its caller is dropped; what a machine has not synced, a power cut may
//! take. The simulated disk is stricter than the real one, never kinder.
//!
//! **Deliberately absent:** threads (a node's shards are tasks), the cost of computing (a poll
//! takes no time), partitions of the network.
//!
//! What a broker does between two awaits must not depend on the addresses of memory or on the
//! order of a hash map, or its runs will not repeat.

pub mod clock;
mod disk;
mod executor;
mod file;
pub mod fs;
pub(in crate::io) mod limits;
mod net;
mod node;
mod operation;
pub mod random;
mod seeds;
mod site;
pub mod task;
mod trace;
mod world;

pub use disk::{Faults, SlowSync};
pub use file::{File, FileRange};
pub use net::{Listener, NetFaults, ReadHalf, Stream, WriteHalf};
pub use node::Node;
pub use random::Dice;
pub use seeds::Seeds;
pub use site::{Part, Site};
pub use task::Task;
pub use world::World;
