//! Replication as offsets and epochs: who leads, and how far the partition is committed.
//!
//! Invariant: the high watermark never goes back, and never passes what the leader counts as
//! safe on its own disk. The shell moves it with [`Leader::on_durable`] and releases whoever
//! waits for it.
//!
//! Deliberately absent: bytes, addresses, requests; and, until followers come, their positions.

mod leader;

pub use leader::{Leader, Refusal};
