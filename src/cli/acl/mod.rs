//! `corelane acls`: the listing part of Kafka's `kafka-acls.sh` (`AclCommand`).

mod list;
mod names;

pub use list::{Options, list};
