//! The load tester: numbers that others will quote, against any broker of this field.
//!
//! A run has three parts. It is *planned* on one executor: the topic found, all records made
//! ahead ([`load`]). It is *conducted* over pinned executors ([`conduct`]), each of which has a
//! [`seat`] and a tally of its own; one of them hears the others, tells progress and ends the run
//! on Ctrl-C. It is *judged*: percentiles, CPU, what held the rate back ([`verdict`]), and written
//! as one sentence, a text and JSON ([`outcome`]).
//!
//! Whole workloads have names ([`scenario`]): `perf run` follows one, [`compare`] holds brokers
//! against each other by it, each load a process of its own ([`trial`]).
//!
//! **Invariants.** In an open loop the intended time of every record is fixed before the run
//! ([`pace`]), and latency counts from it. Latencies are nanoseconds with three digits
//! ([`latency`]). What was measured is kept, whatever ends a run. Memory does not grow with the
//! rate: what the broker does not take stays in the pace, as a number.
//!
//! **Deliberately absent:** brokers of its own, apart from the sink that measures the client;
//! figures without the conditions they were taken under.

mod amount;
mod budget;
mod command;
mod compare;
mod complaint;
mod conduct;
mod consume;
mod cost;
mod date;
mod disk;
mod e2e;
mod find_limit;
mod gather;
mod gauge;
mod host;
mod kafka;
mod latency;
mod links;
mod load;
mod outcome;
mod pace;
mod packed;
mod produce;
mod progress;
mod report;
mod run;
mod scenario;
mod seat;
mod setup;
mod sink;
mod survey;
mod tally;
mod target;
mod trial;
mod usage;
mod verdict;
mod verify;

pub use command::run;
