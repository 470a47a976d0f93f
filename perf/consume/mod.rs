//! `corelane perf consume`: reads partitions and measures how fast, checking on the way.
//!
//! Partitions are assigned, not balanced: each group reads all of them, and the consumers of a
//! group share them out. What a reader looks at is chosen ([`Check`](options)), and the time that
//! the looking takes is told with the result.

mod check;
mod options;
mod plan;
mod reader;
mod run;

pub use options::Options;
pub use run::{measure, run};
