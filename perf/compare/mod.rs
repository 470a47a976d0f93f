//! `corelane perf compare`: the same scenario against two or more brokers, and how they differ.
//!
//! Machines are noisy, and drift: what one broker does is held against what the others did just
//! before and after, in the same pair of runs. Every case of every step is run once for each
//! broker to warm up, and then A B A B, each time on a fresh topic. A figure is told as the median
//! of all pairs with its range, and so is the ratio of two brokers ([`Spread`](ratio)): of each
//! pair first, then the median of these.
//!
//! **Invariants.** No single figure stands for a comparison; fewer pairs than five give no
//! verdict. A difference is called one only if every pair shows it. Brokers that acknowledge
//! under different flush policies are told apart in what is printed.
//!
//! **Deliberately absent:** starting brokers and pinning them, which `scripts/compare-kafka`
//! shows.

mod json;
mod options;
mod pairs;
mod ratio;
mod run;
mod sentence;
mod table;

pub use options::Options;
pub use run::run;
