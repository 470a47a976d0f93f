//! Bytes on the wire: golden vectors, hostile bytes, truncation at every byte.
//!
//! Vectors are lines of JSON that Kafka's own classes wrote: the files of `golden/`, or of the
//! directory that the environment variable `CORELANE_GOLDEN` names. Files of messages that we do
//! not have are counted, printed and skipped.

mod allocation;
mod bodies;
mod borrowed;
mod compatibility;
mod control_records;
mod frames;
mod fuzz;
mod headers;
mod hostile;
mod metadata_records;
mod ondisk;
mod record_batches;
mod truncation;
mod vectors;

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;
