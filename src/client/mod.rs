//! The Kafka client that we eat ourselves: tools, load tester, later the follower's fetch.
//!
//! A [`Cluster`] knows where brokers and leaders are and keeps one [`Connection`] to each;
//! [`Producer`] and [`Consumer`] move records; [`admin`] and [`offsets`] ask and change. It runs
//! on the doors of [`crate::io`] alone, so it runs in the simulated world as it does in the real
//! one, against Kafka's brokers as against ours.
//!
//! **Invariants.** The answers of a connection are taken in the order of its requests, or the
//! connection is over. A request is sent at the highest version that both sides know. The order
//! of records in a partition is the order of `send`, also across retries: a partition has one
//! batch in flight. Every queue has a limit: [`Settings`].
//!
//! **Deliberately absent:** membership of groups, transactions, authentication (for now);
//! threads; a clock or dice of its own.

mod aborted;
mod accumulate;
mod address;
pub mod admin;
mod bell;
mod connection;
mod consume;
mod correlate;
mod discover;
mod fault;
mod fetch;
mod group_offsets;
mod metadata;
pub mod offsets;
mod partition;
mod payload;
mod pending;
mod produce;
mod retry;
mod settings;
mod versions;

pub use accumulate::{Entry, Outcome};
pub use address::HostPort;
pub use connection::{Answer, Connection};
pub use consume::{Consumer, Fetched, Position, Reset};
pub use discover::Cluster;
pub use fault::ClientFault;
pub use group_offsets::GroupOffsets;
pub use metadata::{Broker, Partition, Topic, View};
pub use partition::partition_of_key;
pub use payload::Payload;
pub use pending::Pending;
pub use produce::Producer;
pub use retry::persist;
pub use settings::{Acks, ConsumeSettings, Isolation, ProduceSettings, Settings};
