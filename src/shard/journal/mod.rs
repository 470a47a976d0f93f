//! The write-ahead journal of one shard in one log directory: it makes the price of a sync
//! independent of the number of partitions.
//!
//! ```text
//! append   commits of partitions wait for the next frame                          (writer)
//! write    one frame is written and synced while the next one fills; then all its acks
//! settle   runs are written to the segment files, as large as may be     (partition::write_back)
//! retire   all that a full file holds is settled and synced                         (retire)
//! rotate   the file is written again once a synced frame says that it is dead     (rotation)
//! replay   at boot, what the files of a dead process hold goes to the segments      (replay)
//! ```
//!
//! Three words are kept apart. *Staged*: ordered, in memory. *Durable*: in a frame that was
//! written and synced, so acknowledged. *Settled*: in its segment file, and synced there before
//! the frame is overwritten.
//!
//! Invariant: an acknowledged batch is whole in a live frame, or synced in its segment file. What
//! a crash at each step leaves:
//!
//! ```text
//! before the frame's sync        nothing was acknowledged; a torn frame ends the replay
//! after it, before settling      the frame is whole: replay writes the batch to its segment
//! during a settling write        the segment may be torn there: replay writes it again
//! after retiring                 both: the newest frame still calls live what the file holds
//! while it is written again      the segment was synced, and no frame calls the old ones live
//! during replay                  replay begins anew; it writes the same bytes to the same places
//! ```
//!
//! A failed write or sync of the journal fences it, and with it everything that was on its way;
//! the shard then refuses to append in this directory until the process is started again. A segment
//! that takes no bytes ends its partition alone: what a full file holds of it goes to a file of its
//! own, for the next start (salvage). A broken frame that a later whole frame calls synced is rot
//! in acknowledged data: boot says so and takes the directory offline.
//!
//! Deliberately absent: what the bytes mean, who waits for them (`partition`).

mod file;
mod filling;
mod frame;
mod name;
mod replay;
mod retire;
mod ring;
mod rotation;
mod salvage;
mod writer;

pub use file::Hold;
pub use replay::{ReplayFault, remove, replay};
pub use writer::Journal;
