//! Whole stories on the simulated world, and the proof that the world itself can be trusted.
//!
//! `CORELANE_SEED=n` repeats one seed of a scenario; `CORELANE_SEEDS=n` runs the first n.

mod broken;
mod broker;
mod client;
mod compaction;
mod consumer;
mod directories;
mod disk;
mod doomed;
mod durability;
mod flush;
mod full_disk;
mod keyed;
mod ledger;
mod net;
mod peer;
mod producer;
mod relaxed;
mod stalled;
mod story;
mod stub_broker;
mod topic;
mod world;
