//! `corelane perf run`: a whole scenario against one broker, one sentence a run, a table at the
//! end.

mod follow;
mod options;
mod table;

pub use follow::{run, say};
pub use options::{Changes, Options};
pub use table::aligned;
