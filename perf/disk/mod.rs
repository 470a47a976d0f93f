//! `corelane perf disk`: what a data directory can do, the ceiling of any broker on it.
//!
//! Writes and reads are direct and sequential over one file, which is filled first so that no
//! step pays for new blocks. Each step has a size, a depth (operations at a time) and, for
//! writes, whether a sync is linked behind each.

mod measure;
mod options;
mod run;
mod step;

pub use options::Options;
pub use run::run;
