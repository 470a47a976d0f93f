//! Compaction as decisions: which part of a log to clean, what each batch becomes, and how the
//! log looks afterwards.
//!
//! Owns the rules by which a compacted topic forgets: of every key the last record stays, a
//! deleted key leaves its marker for `delete.retention.ms`, aborted data goes at once, a
//! transaction's marker goes after its data (`Cleaner`, `LogCleanerManager`, KIP-534).
//!
//! Invariant: offsets never change. What a pass writes covers exactly the offsets of what it
//! replaces: the last batch of every group of segments stays, empty if need be, so that a start
//! after a crash knows from the new file alone which old ones it takes the place of.
//!
//! # How the shell drives a pass
//!
//! ```text
//! Log::cleanable              -> Cleanable { from, to }: worth it? (loads what it asks for)
//! Survey::new(..)                of the dirty segments, oldest first:
//!   begin, feed.., end           the last offset of every key  -> OffsetMap
//! Log::groups(map.end(), to)  -> segments that become one
//! Sieve::new(.., map)            for each group, oldest first:
//!   begin                        for each segment of it: begin_segment, feed.., end_segment
//!   finish                       -> Cleaned; its bytes were handed out as they came
//!   (the files change places)    Log::exchange(group, cleaned)
//! ```
//!
//! A pass that fails stops: a later group must not be cleaned before an earlier one, or a marker
//! of a deleted key could go while an older record of that key is still there.
//!
//! Deliberately absent: files, clocks, when to look for work, how fast.

mod candidate;
mod content;
mod exchange;
mod group;
mod markers;
mod offset_map;
mod rewrite;
mod sieve;
mod source;
mod survey;

pub use candidate::{Bounds, Candidate, Cleanable};
pub use exchange::Cleaned;
pub use offset_map::{OffsetMap, SLOT_BYTES};
pub use sieve::{Rules, Sieve};
pub use source::{Source, SourceFault};
pub use survey::Survey;
