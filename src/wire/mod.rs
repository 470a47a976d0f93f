//! A Kafka connection as bytes; knows no broker.
//!
//! # What it owns
//!
//! How every message of the protocol is laid out, at every version we speak: frames ([`frame`]),
//! headers ([`header`]), bodies ([`api`]), the records of cluster metadata ([`metadata`])
//! and of its quorum ([`control`]), all of them also as JSON ([`json`]), and the one table of
//! versions ([`versions`]).
//!
//! A message is declared once, in Kafka's names, by the `schema!` macro (`message.rs`), which
//! writes the struct and two walks over its fields; visitors in [`schema`] turn these walks into
//! reading, measuring and writing. One struct serves all versions of a message: fields that a
//! version lacks are at their defaults after decoding, and must be when encoding, unless the
//! schema calls them ignorable.
//!
//! # Its invariants
//!
//! - Decoding borrows: text, bytes and records are slices of the frame. Memory is allocated for
//!   arrays alone, after their count was checked against the bytes that are left.
//! - Whatever the bytes are, decoding ends in a message or in [`Malformed`].
//! - `encode` writes exactly `size` bytes. Payloads may be left out of them as splices
//!   ([`Records::Spliced`]), to be gathered by whoever owns the socket.
//! - Unknown tagged fields are kept and written back.
//!
//! # Deliberately absent
//!
//! Record batches (room `records`), sockets, the meaning of any field, defaults of the broker.

pub mod api;
pub mod control;
mod cursor;
mod fixed;
pub mod frame;
pub mod fuzz;
mod header;
pub mod java_text;
pub mod json;
mod message;
pub mod metadata;
mod primitive;
pub mod schema;
mod spec;
mod stranger;
mod tagged;
pub mod versions;
mod writer;

pub use cursor::{Cursor, Malformed, REQUEST_ELEMENTS_MAX};
pub use frame::{Deframer, FrameFault, PREFIX_SIZE};
pub use header::{Incoming, RequestHeader, ResponseHeader, Unanswerable, answer, ask};
pub use message::Message;
pub use primitive::{Blob, Records, Text};
pub use stranger::Stranger;
pub use tagged::Unknown;
pub use versions::ApiKey;
pub use writer::{EncodeFault, Output, Piece, Size, Splice, Writer};
