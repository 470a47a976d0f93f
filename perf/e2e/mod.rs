//! `corelane perf e2e`: how long a single record takes from its producer to its consumer.
//!
//! Records are sent one a batch, at a rate, each at its intended time. Two latencies are kept
//! apart: until the producer is told that the record is safe, and until a consumer sees it.

mod options;
mod probe;
mod run;

pub use options::Options;
pub use run::run;
