//! One file per API: request and response, and what each version changed.
//!
//! A file holds nothing but schemas: names, order, types, versions and defaults as in Kafka's
//! message definitions. `Request` and `Response` are the bodies; the other structs have Kafka's
//! names. A version that is not in the table of `versions` is refused before a field is read.

pub mod api_versions;
pub mod create_topics;
pub mod delete_topics;
pub mod fetch;
pub mod init_producer_id;
pub mod list_offsets;
pub mod metadata;
pub mod produce;
