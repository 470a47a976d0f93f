//! Scenarios: workloads with names, as files that `perf run` and `perf compare` follow.
//!
//! A scenario is TOML. Its words are the flags of `perf produce`, `consume` and `e2e` without
//! their dashes, and are read by the same parsers, so that a word means the same in both places.
//!
//! ```toml
//! about = "what this measures, in one line"
//!
//! [all]                      # words of every load whose command knows them
//! partitions = 16
//!
//! [[step]]
//! name = "tail"
//!
//! [[step.first]]             # loads that prepare the topic, one after the other; not measured
//! perf = "produce"
//! bytes = "1GB"
//!
//! [[step.load]]              # loads that run together; the first is the one that is measured
//! perf = "consume"
//! tail = true
//! groups = [1, 16]           # a list: the step is run with each, in every combination of lists
//!
//! [[step.load]]
//! perf = "produce"
//! name = "background"        # instead of the command's name, in what is printed
//! after = "1s"               # begins so long after the others of its step
//! rate = "50% of limit"      # a share of the records a second of an earlier step
//! ```
//!
//! When the first load of a step ends, the others are asked to. Every run of a step has a topic
//! of its own, made before it and deleted after it. A share of a rate is taken of the median that
//! the step reached; among several brokers, of the slowest one's, so that all have the same rate.
//!
//! **Invariants.** A scenario that was read can be run: every load of every case has been through
//! the parser of its command. Whatever is wrong is told with its line.
//!
//! **Deliberately absent:** addresses, cores and result files, which belong to a run; loops and
//! conditions.

mod case;
mod load;
mod named;
mod parse;

pub use case::Case;
pub use load::{Load, Share};
pub use named::{NAMES, Scenario, text};
