//! `corelane perf produce`: sends records and measures their acknowledgement.
//!
//! A [`Plan`] is what all executors know; each [`Producer`](producer) of it has a connection to
//! every leader ([`lane`]), at most `in-flight` requests on each, and at most one batch of each
//! partition in a request, as Java's sender has. In an open loop the records come from a pace,
//! wait in a gatherer, and their latency counts from when they were meant; in a closed loop full
//! batches are sent whenever a request may be, and latency counts from when their batch was begun.

mod lane;
mod options;
mod plan;
mod producer;
mod run;
mod source;

pub use options::{AsKafka, Options, acks, arrivals};
pub use plan::Plan;
pub use run::{measure, run};
