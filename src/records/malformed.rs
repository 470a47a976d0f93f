/// Why bytes are no record batch of format 2. Kafka answers these with `CORRUPT_MESSAGE` where
/// the frame of the batch is broken and with `INVALID_RECORD` where its records are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// The bytes end before the batch does. A reader of a file may fetch `needed` and try again.
    #[error("record batch needs {needed} bytes and only {available} are here")]
    Truncated { needed: usize, available: usize },
    /// The length field names fewer bytes than a header has.
    #[error("record batch has an impossible length of {0}")]
    Length(i32),
    /// Message formats 0 and 1, or a format nobody knows.
    #[error("record batch has magic {0}, only magic 2 is supported")]
    Magic(i8),
    /// Bytes after the one batch, or after the last of the counted records.
    #[error("{0} bytes follow where the end was expected")]
    TrailingBytes(usize),
    /// Attribute bits 0 to 2 name no codec.
    #[error("unknown compression type id {0}")]
    Codec(u8),
    /// The record at `index`, counted from 0 within its batch, is broken.
    #[error("record {index} of the batch: {fault}")]
    Record { index: u32, fault: RecordFault },
}

/// What is wrong within one record. One byte wide, for the sake of the hot path.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordFault {
    #[error("the batch ends before it")]
    Missing,
    #[error("a variable-length number is too long")]
    Varint,
    #[error("a field reaches past the end")]
    Truncated,
    #[error("its length is negative, past the end, or not what its fields add up to")]
    Length,
    #[error("the number of headers is negative or more than could fit")]
    HeaderCount,
    #[error("a header without a key")]
    HeaderKey,
    #[error("its control key or value is too short or of an unknown version")]
    Control,
}
