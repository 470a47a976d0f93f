//! One partition's log as arithmetic: plans out, completions in.
//!
//! Owns what is known about the files of a partition: segments and their indexes, producers,
//! leader epochs, and the three ends of the log. *Staged* is ordered in memory, *written* is in
//! the files, *durable* is synced; what is *committed* is for `replica` to say.
//!
//! Invariant: offsets are given out once, without gaps; whatever [`Log`] knows can be rebuilt
//! from the segment files by [`Recovery`], and comes out equal.
//!
//! # How the shell drives it
//!
//! **An append.** `records` checked a batch; [`Log::append`] judges its sequence and gives it
//! its place, or says it is a [`Duplicate`] (answer as for the first one, once `last_offset` is
//! committed). The shell stamps the batch and copies it into the buffer that its writer will put
//! at `position` of `segment`. When the write is done: [`Log::on_written`]; when it is synced:
//! [`Log::on_durable`], which includes the former. Ends may be skipped, never go back. A failed
//! write fences the partition: drop the `Log`.
//!
//! **A roll** comes with the append that did not fit: `Appended::rolled`. Write the snapshot it
//! holds to `<opened>.snapshot`; the batch goes to position 0 of a new file. Once all of the
//! closed segment is written: trim its file to `closed_bytes`, write its index files from
//! [`Segment::indexes`], and only then let a recovery point checkpoint pass the roll.
//! [`Log::nears_roll`] tells when to have the next file ready. [`Log::drop_index`] frees the
//! indexes of a closed segment, any time after they are in their files.
//!
//! **A read.** [`Log::read`] gives a range of one file in which the wanted batch begins; scan the
//! headers there with [`find`]. An answer of `NeedIndex` is no refusal: read the three index
//! files of that segment, [`Indexes::parse`], [`Log::load_index`], ask again. What is staged and
//! not yet written is in the shell's own buffers.
//!
//! **ListOffsets**: [`Log::log_start`], [`Log::last_stable`], [`Log::seek_timestamp`],
//! [`Log::seek_largest`]. **OffsetForLeaderEpoch**: [`Epochs::end_offset_for`]. **read_committed**:
//! [`Log::last_stable`] and [`Log::aborted`]; tell [`Log::on_committed`] when the watermark moves.
//!
//! **Retention.** Every `log.retention.check.interval.ms`: [`Log::retain`]; DeleteRecords:
//! [`Log::delete_records`]. Both say in [`Trimmed`] what to do with the files. **Compaction** has a
//! room of its own: [`compact`].
//!
//! **A start.** List the directory into an [`Inventory`], then follow [`Recovery`]:
//!
//! ```text
//! let mut recovery = Recovery::new(policy, inventory, now);
//! loop { match recovery.step() {
//!     ReadSnapshot(offset)       => recovery.on_snapshot(read(..).as_deref()),
//!     ReadIndexes(base)          => recovery.on_indexes(..),
//!     ReadHead(base)             => recovery.on_head(&first_61_bytes),
//!     Scan { segment, position } => { while let Some(slice) = .. {
//!                                         if recovery.feed(&slice) == Feed::Enough { break } }
//!                                     recovery.on_end() }
//!     Finish                     => break recovery.finish(),
//! } }
//! ```
//!
//! and do what its [`Report`] asks. An index that turns out damaged later is rebuilt by
//! [`Reindex`].
//!
//! **A clean stop.** [`Log::seal_active`], trim and sync the active file, write its indexes and
//! `<staged_end>.snapshot` ([`snapshot::encode`] of [`Log::producers`]), then the checkpoints.
//!
//! Deliberately absent: file handles, bytes of batches, wire messages, watermarks.

mod append;
mod batch;
pub mod compact;
mod epochs;
mod find;
pub mod fuzz;
mod index_file;
pub mod layout;
mod offset_index;
mod partition_log;
mod policy;
mod producer_entry;
mod producers;
mod read;
mod recover;
mod recovered;
mod refusal;
mod reindex;
mod retention;
mod scan;
mod scrub;
mod segment;
pub mod snapshot;
mod time_index;
mod txn_index;
mod zero_tail;

pub use append::{Append, Appended, Duplicate, Rolled};
pub use batch::{Batch, Control, Produced};
pub use epochs::{EpochStart, Epochs};
pub use find::{Found, find, find_where, whole_below};
pub use offset_index::OffsetIndex;
pub use partition_log::Log;
pub use policy::{Compaction, Policy};
pub use producer_entry::{BATCHES_REMEMBERED, BatchRange, LastBatch, ProducerEntry};
pub use producers::{PRODUCERS_MAX, Producers};
pub use read::{Aborted, Read, ReadPlan};
pub use recover::Recovery;
pub use recovered::{Damage, Inventory, Recovered, Report, SegmentFile, Step, Trust};
pub use refusal::Refusal;
pub use reindex::Reindex;
pub use retention::{Retained, Trimmed};
pub use scan::{BatchFault, Feed};
pub use scrub::{Broken, Scrub};
pub use segment::{Indexes, Largest, Segment};
pub use time_index::TimeIndex;
pub use txn_index::{AbortedTxn, TxnIndex};
pub use zero_tail::Why;
