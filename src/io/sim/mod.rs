//! The simulated world: seeded executor, virtual time, lossy net, lying disk. Its body is being
//! built; these are the names that the doors of `io` open.

pub mod clock;
mod file;
pub mod fs;
mod net;
pub mod random;
pub mod task;

pub use file::{File, FileRange};
pub use net::{Listener, ReadHalf, Stream, WriteHalf};
pub use task::Task;
