//! `corelane perf find-limit`: the highest rate at which a workload keeps its promise.
//!
//! Each point is a run of `perf produce` in an open loop. The rate doubles until a point breaks
//! the bound, then the gap between the best and the first broken rate is halved a few times: the
//! knee. All points together are the curve.

mod options;
mod run;
mod search;

pub use options::Options;
pub use run::run;
