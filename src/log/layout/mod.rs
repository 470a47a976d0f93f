//! The names and small files of Kafka's data directory, as text and bytes.
//!
//! Deliberately absent: the formats of segments (`records`), of indexes and producer snapshots,
//! which stand beside their structures in `log`.
