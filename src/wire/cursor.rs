use thiserror::Error;

/// Why bytes are no message. Small and without text of the sender's, so that refusing costs less
/// than sending did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Malformed {
    #[error("{wanted} bytes wanted where {left} are left")]
    Short { wanted: usize, left: usize },
    #[error("{count} elements announced where {left} bytes are left")]
    Count { count: usize, left: usize },
    #[error("more than {REQUEST_ELEMENTS_MAX} array elements and tagged fields in one request")]
    Elements,
    #[error("more than {UNKNOWN_TAGS_MAX} unknown tagged fields in one place")]
    Tags,
    #[error("a length or count of {0}")]
    Length(i64),
    #[error("a variable-length number longer than its type")]
    Varint,
    #[error("a string that is not UTF-8")]
    Utf8,
    #[error("a string of {0} bytes, longer than 32767")]
    LongString(usize),
    #[error("null in field {0}, which cannot be null")]
    Null(&'static str),
    #[error("tag {tag} holds {left} bytes more than its field")]
    Tag { tag: u32, left: usize },
    #[error("no version {version} of API key {key}")]
    Version { key: i16, version: i16 },
    #[error("{0} bytes after the end")]
    Trailing(usize),
    #[error("a frame of version {0}")]
    Frame(u32),
    #[error("no record of type {record} at version {version}")]
    Record { record: u32, version: u32 },
}

/// Elements that the arrays of a request may have together, with its tagged fields. An element of
/// two bytes becomes a struct of a hundred, and its answer another: without a limit, a request of
/// 100 MiB costs ten gigabytes and minutes.
pub const REQUEST_ELEMENTS_MAX: usize = 1 << 18;

/// Tagged fields of one struct that this build does not know. They are kept in order, whatever
/// order they come in.
pub(super) const UNKNOWN_TAGS_MAX: usize = 256;

/// Reads forward through borrowed bytes. Every read is checked against what remains; nothing
/// read is copied, and nothing panics whatever the bytes are.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    /// Elements of arrays and tagged fields that may still come.
    elements_left: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor {
            rest: bytes,
            elements_left: usize::MAX,
        }
    }

    /// As [`Cursor::new`], with at most [`REQUEST_ELEMENTS_MAX`] elements.
    pub fn of_request(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor {
            rest: bytes,
            elements_left: REQUEST_ELEMENTS_MAX,
        }
    }

    /// A cursor over some bytes of this one, which leaves it no more elements than this one has.
    pub(super) fn within(&self, bytes: &'a [u8]) -> Cursor<'a> {
        Cursor {
            rest: bytes,
            elements_left: self.elements_left,
        }
    }

    /// Counts elements that are about to be read.
    pub(super) fn spend(&mut self, elements: usize) -> Result<(), Malformed> {
        let left = self.elements_left.checked_sub(elements);
        self.elements_left = left.ok_or(Malformed::Elements)?;
        Ok(())
    }

    /// Bytes not read yet. Above zero after a message, they are trailing bytes: Kafka's broker
    /// ignores them, and the caller decides here.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `len` bytes, as a slice of the frame.
    #[inline]
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        match self.rest.split_at_checked(len) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(Malformed::Short {
                wanted: len,
                left: self.rest.len(),
            }),
        }
    }

    /// The next `N` bytes: what every number of fixed width is read from, in big-endian order.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        match self.rest.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(*taken)
            }
            None => Err(Malformed::Short {
                wanted: N,
                left: self.rest.len(),
            }),
        }
    }

    #[inline]
    pub fn i16(&mut self) -> Result<i16, Malformed> {
        self.array().map(i16::from_be_bytes)
    }

    #[inline]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_be_bytes)
    }

    /// An unsigned LEB128 number of at most 32 bits. Padding with zero groups is legal, as it is
    /// in `ByteUtils.readUnsignedVarint`; a sixth byte or a bit past the 32nd is not.
    #[inline]
    pub fn uvarint(&mut self) -> Result<u32, Malformed> {
        let [first] = self.array()?;
        if first < 0x80 {
            return Ok(u32::from(first));
        }
        let mut value = u32::from(first & 0x7f);
        for shift in [7, 14, 21, 28] {
            let [byte] = self.array()?;
            if shift == 28 && byte > 0x0f {
                return Err(Malformed::Varint);
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::Varint)
    }

    /// How long the following string, bytes or array is: `None` for null. Flexible versions
    /// write `length + 1` as an unsigned varint; older ones a signed number of 16 or 32 bits,
    /// which `classic` reads.
    #[inline]
    pub(super) fn length(
        &mut self,
        flexible: bool,
        classic: fn(&mut Cursor<'a>) -> Result<i32, Malformed>,
    ) -> Result<Option<usize>, Malformed> {
        if flexible {
            return Ok(self.uvarint()?.checked_sub(1).map(|n| n as usize));
        }
        match classic(self)? {
            -1 => Ok(None),
            n => match usize::try_from(n) {
                Ok(n) => Ok(Some(n)),
                Err(_) => Err(Malformed::Length(i64::from(n))),
            },
        }
    }

    /// The number of elements that an array announces, refused before anything is allocated when
    /// the bytes that remain cannot hold that many of `element_size_min` bytes.
    #[inline]
    pub(super) fn count(
        &mut self,
        flexible: bool,
        element_size_min: usize,
    ) -> Result<Option<usize>, Malformed> {
        let Some(count) = self.length(flexible, Cursor::i32)? else {
            return Ok(None);
        };
        if count > self.rest.len() / element_size_min.max(1) {
            return Err(Malformed::Count {
                count,
                left: self.rest.len(),
            });
        }
        self.spend(count)?;
        Ok(Some(count))
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Malformed};

    #[test]
    fn uvarint_stops_at_its_thirty_second_bit() {
        let read = |bytes: &[u8]| Cursor::new(bytes).uvarint();
        assert_eq!(read(&[0x7f]), Ok(127));
        assert_eq!(read(&[0x80, 0x01]), Ok(128));
        assert_eq!(read(&[0x80, 0x00]), Ok(0));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(u32::MAX));
        assert_eq!(
            read(&[0xff, 0xff, 0xff, 0xff, 0x10]),
            Err(Malformed::Varint)
        );
        assert_eq!(
            read(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]),
            Err(Malformed::Varint)
        );
        assert_eq!(read(&[0x80]), Err(Malformed::Short { wanted: 1, left: 0 }));
    }

    #[test]
    fn a_count_is_refused_before_anything_is_allocated() {
        let mut cursor = Cursor::new(&[0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        let refused = cursor.count(false, 4);
        assert_eq!(
            refused,
            Err(Malformed::Count {
                count: 0x7fff_ffff,
                left: 4
            })
        );
    }
}
