//! One hosted partition: its log, the bytes on their way to the disk, and who waits for them.
//!
//! ```text
//! prepare   check, on the blocking pool when that is slow        (prepare)
//! stage     order, copy into the open buffer            (stage, appender)
//! commit    what is staged, one at a time: the journal, or the file  (commit, files)
//! settle    what the journal holds goes to the files    (unsettled, write_back)
//! publish   watermark, acknowledgements, waiting readers        (hosted, waiters)
//! read      from memory near the end, else from the files       (tail, read)
//! roll      indexes, snapshot and recovery point of closed files (roll)
//! compact   newer records take the place of older ones of their key (cleaning, compact, exchange)
//! scrub     closed segments are read again, slowly, and what is broken is marked (scrub, rot)
//! rest      an idle partition gives its memory and open files back (rest)
//! ```
//!
//! Invariant: what a consumer may read is durable (or written, when the topic asks for no more),
//! and lies in the tail or in the files. A fault latches: the partition then refuses everything.
//!
//! Deliberately absent: which shard or node owns a partition, requests, error codes.

mod appender;
mod arrangement;
mod cleaned_file;
mod cleaning;
mod commit;
mod compact;
mod exchange;
mod failure;
mod fault;
mod files;
mod hosted;
mod index;
mod known_producers;
mod owner;
mod piece;
mod policy;
mod prepare;
mod query;
mod read;
mod recover;
mod rest;
mod roll;
mod rot;
mod scrub;
mod stage;
mod tail;
mod trim;
mod unclosed;
mod unsettled;
mod unsynced;
mod walk;
pub mod write_back;

pub(super) use appender::BlockWrite;
pub(super) use commit::Commit;
pub use fault::Fault;
pub use hosted::Partition;
pub use owner::owner_of;
pub use piece::Piece;
pub use policy::Policy;
pub(super) use prepare::{Checked, Unchecked};
pub use query::{EpochEnd, Listed, ListedOffset};
pub use read::{PartitionRead, ReadLimits, ReadRefusal};
pub use recover::{Opening, open};
pub use stage::{Appended, Refusal, Staged};
