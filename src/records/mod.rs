//! Record batches of format 2, identical on wire and disk.
//!
//! A batch is checked once, by length into a [`BatchView`] and by content through [`check`], and
//! then moves by reference only. The broker changes twelve bytes of it: base offset and leader
//! epoch, which lie outside the checksum ([`stamp`]).
//!
//! ```text
//!   0 base offset i64          21 attributes i16              43 producer id i64
//!   8 length of what follows   23 last offset delta i32       51 producer epoch i16
//!  12 leader epoch i32         27 base timestamp i64          53 base sequence i32
//!  16 magic i8 = 2             35 max timestamp i64           57 record count i32
//!  17 crc u32 over 21..end                                    61 records, perhaps compressed
//! ```
//!
//! Invariant: an accessor of a view cannot fail or panic, whatever the bytes are; reading the
//! records can fail, and its work is bounded by the bytes that arrived.
//!
//! Deliberately absent: the older formats 0 and 1, which are recognised and refused; offsets and
//! sequences as a partition sees them (`log`); error codes (`server`).

mod build;
mod chunk;
mod codec;
mod control;
mod crc;
mod facts;
mod fuzz;
mod header;
mod lz4;
mod malformed;
mod prepared;
mod recompress;
mod record;
mod refusal;
mod shape;
mod validate;
mod varint;
mod view;
mod xerial;
mod zstandard;

pub use build::{BatchBuilder, NewRecord};
pub use codec::{
    CodecFault, Compression, DECODED_FLOOR_BYTES, DECODED_RATIO_MAX, Decoder, compress,
    decoded_bytes_max, decompress,
};
pub use control::{ControlKind, EndTxnMarker};
pub use crc::{CrcShift, crc32c};
pub use facts::Facts;
pub use fuzz::{fuzz, fuzz_codec};
pub use header::{Attributes, Codec, HEADER_BYTES, Header, MAGIC, TimestampType};
pub use malformed::{Malformed, RecordFault};
pub use prepared::{Prepared, Stamp};
pub use recompress::recompress;
pub use record::{Headers, Record, RecordHeader, Records};
pub use refusal::{RECORD_ERRORS_MAX, RecordError, RecordErrors, RecordWrong, Refusal};
pub use validate::{Policy, check, check_within, only_batch};
pub use view::{BatchView, Batches, stamp, stamp_timestamps};
