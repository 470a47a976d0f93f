//! The machines: transcripts, naive models and refusals. Nothing here touches kernel or clock.

mod config;
mod config_change;
mod log_append;
mod log_disk;
mod log_fixture;
mod log_producers;
mod log_recovery;
mod replica;
