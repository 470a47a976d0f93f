//! Corelane: a durable, thread-per-core broker that speaks the Kafka protocol.
//!
//! Each core owns a shard of the partitions and runs its own io_uring executor. An acknowledged
//! record is on the disk. One binary is broker, command-line tools, load tester and log inspector.
//!
//! # The rooms
//!
//! Rooms import downward only, and rooms on one layer never import each other; `tests/tidy.rs`
//! holds this.
//!
//! ```text
//! 8  main                      argv in, exit code out
//! 7  node, cli, perf           wiring; words for people at a terminal; the load tester
//! 6  server                    connections and handlers
//! 5  shard                     one core's world: partitions, writers, hosts, routing
//! 4  client                    the Kafka client we eat ourselves
//! 3  io, metrics               the only doors to kernel and clock; instruments
//! 2  log replica cluster       machines: pure
//! 1  wire records config       bytes and text: pure
//! 0  model                     nouns
//! ```
//!
//! **Which room am I?** I only name a thing: `model`. A Kafka client sees my bytes: `wire` or
//! `records`. Only our disk sees them: `log::layout` or a record. I choose, given facts: a
//! machine. I wait, retry, hold a handle: `shard`, `server`, `client`. I touch kernel, clock or
//! dice: `io`. I turn a refusal into a code: `server::refusal`. I read a key: `config`. I print:
//! `cli`. I load a broker from outside, and judge it: `perf`. None of these: find the noun
//! first; there is no drawer.
//!
//! # Laws
//!
//! 1. *Decide, then do.* Machines decide from facts and `now`; the shell does.
//! 2. *The log is the only undo.* In persisted machines `replay` is the sole mutator.
//! 3. *Three kinds of wrong.* A refusal is a value and becomes an error code; a fault latches; a
//!    bug is an `assert!` and ends the process. Bytes from outside never meet `unwrap`.
//! 4. *Views over copies.* Payload bytes move by reference after one copy into the write buffer.
//! 5. *Everything has a limit,* named with its unit, beside its queue.

pub mod cli;
pub mod client;
pub mod cluster;
pub mod config;
pub mod io;
pub mod log;
pub mod metrics;
pub mod model;
pub mod node;
#[path = "../perf/mod.rs"]
pub mod perf;
pub mod records;
pub mod replica;
pub mod server;
pub mod shard;
pub mod wire;
