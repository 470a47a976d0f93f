//! The machines: transcripts, naive models and refusals. Nothing here touches kernel or clock.

mod cluster;
mod cluster_describe;
mod cluster_fixture;
mod cluster_model;
mod cluster_show;
mod config;
mod config_change;
mod config_fuzz;
mod log_append;
mod log_compaction;
mod log_compaction_golden;
mod log_compaction_rules;
mod log_compactor;
mod log_disk;
mod log_epochs;
mod log_fixture;
mod log_model;
mod log_producers;
mod log_recovery;
mod log_retention;
mod log_scrub;
mod log_txn;
mod replica;
