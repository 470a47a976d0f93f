//! Words for people at a terminal: argv in, text and an exit code out.
//!
//! Command output keeps Kafka's words and columns where Kafka has them, because scripts parse
//! them; each command was compared with the tool of Kafka 4.3 that it stands for. What a script
//! may read goes to stdout. Complaints go to stderr, say what was wrong, what was expected and
//! what to do next, and come with a non-zero exit code. A reader that goes away (`| head`) ends a
//! command quietly.
//!
//! One folder per family of commands: [`options`](topic) are what the shell typed, checked into
//! meaning by `clap`; the rest of a folder does it through [`crate::client`] or, for `dump-log`,
//! reads files through [`crate::io`]. The same program under the names of Kafka's scripts does what
//! they do: `kafka_names`.
//!
//! **Deliberately absent:** the broker. `serve` is only parsed here; `main` hands its options on.

mod absent;
mod acl;
mod bootstrap;
mod broker;
mod cluster;
mod command;
mod complaint;
mod completion;
mod config;
mod consumer;
mod feature;
mod input;
mod kafka_names;
mod links;
mod log;
mod misuse;
mod offset;
mod pattern;
mod print;
mod producer;
mod property;
mod record;
mod run;
mod serve;
mod storage;
mod table;
mod topic;
mod tuning;

pub use command::{Command, parse};
pub use run::run;
pub use serve::Serve;
