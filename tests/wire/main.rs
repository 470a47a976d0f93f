//! Bytes on the wire: golden vectors, hostile bytes, random round trips.

mod record_batches;
