//! `corelane perf sink`: a broker that keeps nothing, to measure clients.
//!
//! It has every topic that is asked for, acknowledges produced batches without looking into them,
//! and answers fetches with one prepared batch again and again. What a client reaches against it
//! is what the client can do.

mod answer;
mod options;
mod serve;

pub use options::Options;
pub use serve::run;
