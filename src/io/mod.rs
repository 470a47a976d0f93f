//! The only doors to kernel, clock and dice, and their simulated twins.
//!
//! Two worlds stand behind one set of names. [`uring`] is the real one: a pinned glommio
//! executor per shard, its own ring for disk, TCP sockets. [`sim`] is one thread with seeded
//! dice, virtual time, a lossy net and a lying disk. [`File`], [`Listener`], [`Stream`] and
//! [`Task`] are small enums over the two; free functions ([`clock::now`], [`fs::rename`],
//! [`task::spawn`]) ask the thread which world it lives in ([`world`]). One predictable branch
//! per call buys a code base without mocks and without type parameters.
//!
//! **Invariants.** Only `uring` names glommio, and only `io` names `std::fs`, `std::net`,
//! threads, `Instant::now`, `SystemTime` and randomness. `unsafe` stands only here, with its
//! argument beside it. A future dropped half way never leaves the kernel writing into freed
//! memory: operations in flight own their bytes.
//!
//! **Deliberately absent:** retries, timeouts chosen here, knowledge of logs or requests.

mod append_file;
pub mod buffer;
pub mod clock;
pub mod descriptors;
mod file;
pub mod fs;
pub mod limits;
pub mod lock;
pub mod memory;
pub mod mesh;
mod net;
pub mod probe;
pub mod process;
pub mod random;
mod resolve;
pub mod signal;
pub mod sim;
pub mod task;
pub mod uring;
pub mod watch;
mod world;

pub use append_file::AppendFile;
pub use buffer::{BLOCK_BYTES, Buffer, Pool};
pub use file::{File, FileRange, OpenMode};
pub use net::{ListenOptions, Listener, Part, ReadHalf, Stream, WriteHalf};
pub use resolve::resolve;
pub use task::Task;
pub(in crate::io) use world::World;
