use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use super::cursor::{Cursor, Malformed};
use super::json::Json;
use super::schema::{Dialect, Field, Nullable};
use super::writer::{EncodeFault, Writer};

/// The longest string the protocol allows, in every version (`MessageUtil`, KIP-482).
const STRING_SIZE_MAX: usize = i16::MAX as usize;

/// A string field: borrowed from the frame when decoded, borrowed or owned when built.
pub type Text<'a> = Cow<'a, str>;

/// A bytes field: borrowed from the frame when decoded, borrowed or owned when built. Shown as
/// base64, as Kafka's JSON form does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Blob<'a>(pub Cow<'a, [u8]>);

impl std::ops::Deref for Blob<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> From<&'a [u8]> for Blob<'a> {
    fn from(bytes: &'a [u8]) -> Blob<'a> {
        Blob(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Blob<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Blob(Cow::Owned(bytes))
    }
}

impl fmt::Debug for Blob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Blob<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

/// A records field: record batches back to back, length-prefixed like bytes. Decoding borrows
/// them; an answer may leave them out and have them spliced in by whoever sends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Records<'a> {
    Slice(&'a [u8]),
    /// The caller's payload number `index`, `len` bytes long.
    Spliced {
        index: usize,
        len: usize,
    },
}

impl<'a> Records<'a> {
    /// The batches, or none of them when they were left out of the message.
    pub fn slice(&self) -> &'a [u8] {
        match self {
            Records::Slice(bytes) => bytes,
            Records::Spliced { .. } => &[],
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Records::Slice(bytes) => bytes.len(),
            Records::Spliced { len, .. } => *len,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Records<'_> {
    fn default() -> Self {
        Records::Slice(&[])
    }
}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of records", self.len())
    }
}

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Records::Slice(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            Records::Spliced { len, .. } => serializer.collect_str(&format_args!("{len} bytes")),
        }
    }
}

/// Writes what precedes `len` bytes or elements: `len + 1` as an unsigned varint, or 32 bits.
#[inline]
fn put_length(writer: &mut Writer, len: usize, flexible: bool) -> Result<(), EncodeFault> {
    let classic = i32::try_from(len).map_err(|_| EncodeFault::TooLong(len))?;
    if flexible {
        writer.put_uvarint(classic.cast_unsigned() + 1);
    } else {
        writer.put(&classic.to_be_bytes());
    }
    Ok(())
}

/// Writes null in the place of bytes or an array.
#[inline]
fn put_null(writer: &mut Writer, flexible: bool) {
    writer.put(if flexible { &[0] } else { &[0xff; 4] });
}

/// Every type whose null is a special length, given as how to read after the length, how to
/// write, and how to show. Not nullable means that this null is refused.
macro_rules! lengthy {
    ($name:ty, $prefix:literal, $read:ident, $write:ident, $null:ident, $show:expr) => {
        impl<'a> Field<'a> for $name {
            #[inline]
            fn size_min(dialect: Dialect) -> usize {
                if dialect.flexible { 1 } else { $prefix }
            }

            #[inline]
            fn read(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Self, Malformed> {
                $read(cursor, dialect)?.ok_or(Malformed::Null(dialect.field))
            }

            #[inline]
            fn write(&self, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault> {
                $write(self, writer, dialect)
            }

            fn show(&self, json: &mut Json, _: Dialect) {
                let show: fn(&mut Json, &Self) = $show;
                show(json, self);
            }
        }

        impl<'a> Nullable<'a> for $name {
            #[inline]
            fn read_nullable(
                cursor: &mut Cursor<'a>,
                dialect: Dialect,
            ) -> Result<Option<Self>, Malformed> {
                $read(cursor, dialect)
            }

            #[inline]
            fn write_null(writer: &mut Writer, dialect: Dialect) {
                $null(writer, dialect.flexible);
            }
        }
    };
}

lengthy!(
    Text<'a>,
    2,
    read_text,
    write_text,
    put_null_text,
    |json, text| json.string(text)
);
lengthy!(
    Blob<'a>,
    4,
    read_blob,
    write_blob,
    put_null,
    |json, blob| json.bytes(blob)
);
lengthy!(
    Records<'a>,
    4,
    read_records,
    write_records,
    put_null,
    |json, records| json.bytes(records.slice())
);

#[inline]
fn read_text<'a>(c: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<Text<'a>>, Malformed> {
    let len = c.length(dialect.flexible, |cursor| cursor.i16().map(i32::from))?;
    let Some(len) = len else { return Ok(None) };
    if len > STRING_SIZE_MAX {
        return Err(Malformed::LongString(len));
    }
    let text = str::from_utf8(c.take(len)?).map_err(|_| Malformed::Utf8)?;
    Ok(Some(Cow::Borrowed(text)))
}

#[inline]
fn write_text(text: &str, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault> {
    let classic = i16::try_from(text.len()).map_err(|_| EncodeFault::TooLong(text.len()))?;
    if dialect.flexible {
        writer.put_uvarint(u32::from(classic.cast_unsigned()) + 1);
    } else {
        writer.put(&classic.to_be_bytes());
    }
    writer.put(text.as_bytes());
    Ok(())
}

#[inline]
fn put_null_text(writer: &mut Writer, flexible: bool) {
    writer.put(if flexible { &[0] } else { &[0xff; 2] });
}

#[inline]
fn read_slice<'a>(c: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<&'a [u8]>, Malformed> {
    let Some(len) = c.length(dialect.flexible, Cursor::i32)? else {
        return Ok(None);
    };
    c.take(len).map(Some)
}

#[inline]
fn read_blob<'a>(c: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<Blob<'a>>, Malformed> {
    Ok(read_slice(c, dialect)?.map(Blob::from))
}

fn write_blob(blob: &Blob, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault> {
    put_length(writer, blob.len(), dialect.flexible)?;
    writer.put(blob);
    Ok(())
}

#[inline]
fn read_records<'a>(c: &mut Cursor<'a>, d: Dialect) -> Result<Option<Records<'a>>, Malformed> {
    Ok(read_slice(c, d)?.map(Records::Slice))
}

fn write_records(r: &Records, writer: &mut Writer, d: Dialect) -> Result<(), EncodeFault> {
    put_length(writer, r.len(), d.flexible)?;
    match r {
        Records::Slice(bytes) => writer.put(bytes),
        Records::Spliced { index, len } => writer.splice(*index, *len),
    }
    Ok(())
}

impl<'a, T: Field<'a>> Field<'a> for Vec<T> {
    #[inline]
    fn size_min(dialect: Dialect) -> usize {
        if dialect.flexible { 1 } else { 4 }
    }

    fn read(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        Vec::read_nullable(cursor, dialect)?.ok_or(Malformed::Null(dialect.field))
    }

    fn write(&self, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault> {
        put_length(writer, self.len(), dialect.flexible)?;
        self.iter()
            .try_for_each(|element| element.write(writer, dialect))
    }

    fn show(&self, json: &mut Json, dialect: Dialect) {
        json.array(self, dialect);
    }
}

impl<'a, T: Field<'a>> Nullable<'a> for Vec<T> {
    fn read_nullable(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<Self>, Malformed> {
        let Some(count) = cursor.count(dialect.flexible, T::size_min(dialect))? else {
            return Ok(None);
        };
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(T::read(cursor, dialect)?);
        }
        Ok(Some(elements))
    }

    fn write_null(writer: &mut Writer, dialect: Dialect) {
        put_null(writer, dialect.flexible);
    }
}

impl<'a, T: Nullable<'a>> Field<'a> for Option<T> {
    #[inline]
    fn size_min(dialect: Dialect) -> usize {
        if dialect.nullable {
            1
        } else {
            T::size_min(dialect)
        }
    }

    #[inline]
    fn read(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Self, Malformed> {
        if dialect.nullable {
            T::read_nullable(cursor, dialect.not_nullable())
        } else {
            T::read(cursor, dialect).map(Some)
        }
    }

    #[inline]
    fn write(&self, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault> {
        match self {
            Some(value) if dialect.nullable => value.write_present(writer, dialect.not_nullable()),
            Some(value) => value.write(writer, dialect),
            None if dialect.nullable => {
                T::write_null(writer, dialect);
                Ok(())
            }
            None => Err(EncodeFault::Null {
                field: dialect.field,
                version: dialect.version,
            }),
        }
    }

    fn show(&self, json: &mut Json, dialect: Dialect) {
        match self {
            Some(value) => value.show(json, dialect),
            None => json.bare("null"),
        }
    }
}
