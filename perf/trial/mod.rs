//! One run of a case of a scenario against one broker, and what `perf run` and `perf compare`
//! read from it.
//!
//! Every load is a process of its own ([`Bench`]), started with the words that a shell would
//! give, so that a load is pinned, measured and judged as if it ran alone, and can be repeated by
//! hand: its line stands in its result. What is read from a result is a [`Figure`].
//!
//! **Invariants.** Every run has a fresh topic, which is deleted when the run is over, whatever
//! ended it. The broker's process is measured over the span of the first load; where several
//! loads run together, its figures are for the work of all of them.
//!
//! **Deliberately absent:** the order of runs and the arithmetic of pairs.

mod bench;
mod broker;
mod figure;
mod limits;

pub use bench::{Bench, Halt, Trial};
pub use broker::Broker;
pub use figure::{FIGURES, Figure, digits};
pub use limits::Limits;
