//! Bytes on the wire: golden vectors, hostile bytes, random round trips.

mod ondisk;
mod record_batches;
