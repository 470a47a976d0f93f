//! The broker as its users meet it: the real binary is started, spoken to over TCP, stopped or
//! killed, and started again on the same directory.

mod bad_batches;
mod batches;
mod broker;
mod caller;
mod compaction;
mod crash;
mod crowd;
mod desk;
mod directories;
mod epochs;
mod every_version;
mod fetching;
mod files;
mod flips;
mod hostile;
mod idempotence;
mod overload;
mod protocol;
mod refuse;
mod report;
mod scrub;
mod segments;
mod slow;
mod stop;
