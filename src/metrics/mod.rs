//! What a shard counts, and how the sum of all shards is shown.
//!
//! Each shard owns plain cells that it alone writes: counting costs one addition, no lock and no
//! shared cache line. Readers ask every shard for a [`Snapshot`], add them up, and [`expose`] the
//! sum in Prometheus' text format.
//!
//! **Deliberately absent:** names given by clients (no label is made of what a client sends),
//! clocks (durations are handed in), rates and averages (the reader's business).

mod counter;
mod expose;
mod histogram;

pub use counter::{Shard, Snapshot};
pub use expose::expose;
pub use histogram::Durations;
