//! Whole stories on the simulated world, and the proof that the world itself can be trusted.
//!
//! `CORELANE_SEED=n` repeats one seed of a scenario; `CORELANE_SEEDS=n` runs the first n.

mod broken;
mod broker;
mod client;
mod compaction;
mod consumer;
mod controls;
mod directories;
mod disk;
mod doomed;
mod durability;
mod emptied;
mod flush;
mod full_disk;
mod keyed;
mod killed;
mod ledger;
mod needless;
mod net;
mod peer;
mod producer;
mod relaxed;
mod rounds;
mod stalled;
mod story;
mod stub_broker;
mod topic;
mod world;
