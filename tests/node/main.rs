//! The broker as its users meet it: the real binary is started, spoken to over TCP, stopped or
//! killed, and started again on the same directory.

mod batches;
mod broker;
mod caller;
mod crash;
mod desk;
mod fetching;
mod idempotence;
mod protocol;
mod refuse;
mod segments;
mod stop;
