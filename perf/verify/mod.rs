//! `corelane perf verify`: is what was acknowledged there, once, whole and in order?
//!
//! Every record names its run, producer, partition and number, and carries a checksum ([`stamp`]).
//! Producers that retry write them, also while brokers are killed; then all is read back and held
//! against what was acknowledged ([`ledger`]). A record that nobody acknowledged may be there or
//! not; one that was acknowledged must be.

mod ledger;
mod options;
mod read;
mod run;
mod stamp;
mod write;

pub use options::Options;
pub use run::run;
