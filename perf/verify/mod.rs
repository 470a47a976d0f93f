//! `corelane perf verify`: is what was acknowledged there, once, whole and in order?
//!
//! Every record names its run, producer, partition and number, and carries a checksum ([`stamp`]).
//! Producers that retry write them, also while brokers are killed; then all is read back and held
//! against what was acknowledged ([`ledger`]). A record that nobody acknowledged may be there or
//! not; one that was acknowledged must be, at the offset that the broker named ([`verdict`]).
//! A ledger in a file ([`promise`]) outlives the process, so that the two halves of a run may be
//! days and power cuts apart.

mod ledger;
mod options;
mod promise;
mod read;
mod run;
mod seen;
mod stamp;
mod verdict;
mod write;

pub use options::Options;
pub use run::run;
