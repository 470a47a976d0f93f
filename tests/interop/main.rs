//! Unmodified clients against a running broker: librdkafka through its Rust face, and kcat.
//!
//! `CORELANE_BOOTSTRAP` says where the broker listens. Every test makes topics of its own and
//! expects what Apache Kafka 4.3 answers, so the same binary can be pointed at a real Kafka to
//! find out whether a test is wrong. `scripts/interop` builds, starts and stops the broker.

mod admin;
mod broker;
mod codec;
mod config;
mod consume;
mod idempotence;
mod kcat;
mod metadata;
mod offsets;
mod produce;
