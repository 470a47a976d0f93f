//! Whole stories on the simulated world, and the proof that the world itself can be trusted.
//!
//! `CORELANE_SEED=n` repeats one seed of a scenario; `CORELANE_SEEDS=n` runs the first n.

mod broker;
mod consumer;
mod disk;
mod durability;
mod flush;
mod ledger;
mod net;
mod peer;
mod producer;
mod topic;
mod world;
