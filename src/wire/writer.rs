use bytes::{Bytes, BytesMut};
use thiserror::Error;

use super::frame::PREFIX_SIZE;

/// Why a message cannot be written. Always a mistake of this process: the caller filled a field
/// that the negotiated version cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EncodeFault {
    #[error("field {field} is set but version {version} has no place for it")]
    Absent { field: &'static str, version: i16 },
    #[error("field {field} is null, which version {version} cannot say")]
    Null { field: &'static str, version: i16 },
    #[error("{0} bytes or elements, more than a length field can say")]
    TooLong(usize),
    #[error("no version {version} of API key {key}")]
    Version { key: i16, version: i16 },
    #[error("no version {version} of record type {record}")]
    Record { record: u32, version: i16 },
}

/// How much a message takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes written in place.
    pub inline: usize,
    /// Bytes that payloads will add.
    pub spliced: usize,
}

impl Size {
    pub fn total(&self) -> usize {
        self.inline + self.spliced
    }
}

/// Payload number `index` (the caller's count) belongs before byte `at` of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splice {
    pub at: usize,
    pub index: usize,
    pub len: usize,
}

/// Writes messages into one growing buffer, leaving records of a Fetch answer out of it: they
/// become splices, so that payload is gathered by the socket and never copied here.
///
/// A measuring writer goes the same way and only counts, so that the other can be presized. Both
/// are one type: with a type parameter, every message would be compiled twice.
#[derive(Debug, Default)]
pub struct Writer {
    is_measuring: bool,
    size: Size,
    head: BytesMut,
    splices: Vec<Splice>,
}

impl Writer {
    /// A writer that counts and keeps nothing.
    pub fn measuring() -> Writer {
        Writer {
            is_measuring: true,
            ..Writer::default()
        }
    }

    pub fn with_capacity(bytes: usize) -> Writer {
        Writer {
            head: BytesMut::with_capacity(bytes),
            ..Writer::default()
        }
    }

    /// A writer for a whole frame: presized for `content`, its length already written.
    pub fn framed(content: Size) -> Result<Writer, EncodeFault> {
        let total = content.total();
        let length = i32::try_from(total).map_err(|_| EncodeFault::TooLong(total))?;
        let mut writer = Writer::with_capacity(PREFIX_SIZE + content.inline);
        writer.put(&length.to_be_bytes());
        Ok(writer)
    }

    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.size.inline += bytes.len();
        if !self.is_measuring {
            self.head.extend_from_slice(bytes);
        }
    }

    #[inline]
    pub fn put_uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.put(&[(value & 0x7f) as u8 | 0x80]);
            value >>= 7;
        }
        self.put(&[value as u8]);
    }

    /// Marks the place of a payload of `len` bytes that the caller supplies when sending.
    pub fn splice(&mut self, index: usize, len: usize) {
        let at = self.size.inline;
        self.size.spliced += len;
        if !self.is_measuring {
            self.splices.push(Splice { at, index, len });
        }
    }

    /// What was written or measured so far.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The bytes of a message that leaves no payload out.
    pub fn into_bytes(self) -> Vec<u8> {
        assert!(
            self.splices.is_empty(),
            "a payload was left out that nobody will splice in"
        );
        self.head.into()
    }

    pub fn finish(self) -> Output {
        Output {
            head: self.head,
            splices: self.splices,
        }
    }
}

/// Encoded bytes with the places where payloads belong.
///
/// ```text
/// head     [ length, header, topic, partition 0, size | partition 1, size | tags ]
/// splices                                   payload 0 ^         payload 1 ^
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    pub head: BytesMut,
    /// In ascending order of `at`.
    pub splices: Vec<Splice>,
}

/// One element of the gather list that an [`Output`] becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Bytes(Bytes),
    /// The caller's payload of this number.
    Payload(usize),
}

impl Output {
    /// Bytes on the wire, payloads included.
    pub fn total(&self) -> usize {
        self.head.len() + self.spliced()
    }

    /// Bytes that the payloads add.
    pub fn spliced(&self) -> usize {
        self.splices.iter().map(|splice| splice.len).sum()
    }

    /// The gather list in wire order; no element is empty bytes.
    pub fn into_pieces(self) -> Vec<Piece> {
        let mut rest = self.head.freeze();
        let mut pieces = Vec::with_capacity(2 * self.splices.len() + 1);
        let mut written = 0;
        for splice in self.splices {
            if splice.at > written {
                pieces.push(Piece::Bytes(rest.split_to(splice.at - written)));
                written = splice.at;
            }
            pieces.push(Piece::Payload(splice.index));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Bytes(rest));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Writer};

    #[test]
    fn pieces_interleave_head_and_payloads_in_wire_order() {
        let mut writer = Writer::default();
        writer.put(b"ab");
        writer.splice(7, 100);
        writer.splice(8, 1);
        writer.put(b"c");
        let output = writer.finish();
        assert_eq!(output.total(), 104);
        let expected = [
            Piece::Bytes(b"ab".as_slice().into()),
            Piece::Payload(7),
            Piece::Payload(8),
            Piece::Bytes(b"c".as_slice().into()),
        ];
        assert_eq!(output.into_pieces(), expected);
    }
}
