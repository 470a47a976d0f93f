use super::varint::Fields;
use super::{Malformed, RecordFault};

/// One record as stored, borrowed from its (decompressed) batch.
///
/// ```text
/// length varint | attributes i8 | timestamp delta varlong | offset delta varint
/// key length varint, key | value length varint, value | header count varint, headers
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// Bytes after the length field.
    pub length: usize,
    /// No bit has a meaning yet.
    pub attributes: i8,
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    /// Read when iterated: see [`Headers`].
    pub headers: Headers<'a>,
}

impl<'a> Record<'a> {
    /// Reads one record from the front. The headers are bounded but not yet read.
    #[inline]
    fn read(fields: &mut Fields<'a>) -> Result<Record<'a>, RecordFault> {
        let length = usize::try_from(fields.varint()?).map_err(|_| RecordFault::Length)?;
        let body = fields.bytes(length).map_err(|_| RecordFault::Length)?;
        let mut body = Fields::new(body);
        let attributes = body.byte()? as i8;
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        let key = body.nullable()?;
        let value = body.nullable()?;
        let headers = Headers::read(&mut body)?;
        Ok(Record {
            length,
            attributes,
            timestamp_delta,
            offset_delta,
            key,
            value,
            headers,
        })
    }
}

/// One header of a record. Keys are UTF-8 by convention; Kafka's broker does not check it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordHeader<'a> {
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

/// The headers of one record, in order, duplicates kept. Yields one error and ends when they are
/// broken or when bytes remain after the last.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    fields: Fields<'a>,
    left: u32,
}

impl<'a> Headers<'a> {
    #[inline]
    fn read(body: &mut Fields<'a>) -> Result<Headers<'a>, RecordFault> {
        let left = u32::try_from(body.varint()?).map_err(|_| RecordFault::HeaderCount)?;
        if left as usize > body.remaining() {
            return Err(RecordFault::HeaderCount);
        }
        if left == 0 && body.remaining() > 0 {
            return Err(RecordFault::Length);
        }
        Ok(Headers {
            fields: *body,
            left,
        })
    }

    /// How many are left to read, as the record claims.
    pub fn count(&self) -> usize {
        self.left as usize
    }

    fn read_next(&mut self) -> Result<RecordHeader<'a>, RecordFault> {
        let key_length = self.fields.varint()?;
        let key_length = usize::try_from(key_length).map_err(|_| RecordFault::HeaderKey)?;
        let key = self.fields.bytes(key_length)?;
        let value = self.fields.nullable()?;
        if self.left == 1 && self.fields.remaining() > 0 {
            return Err(RecordFault::Length);
        }
        Ok(RecordHeader { key, value })
    }
}

impl PartialEq for Headers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.left == other.left && self.fields.rest() == other.fields.rest()
    }
}

impl Eq for Headers<'_> {}

impl<'a> Iterator for Headers<'a> {
    type Item = Result<RecordHeader<'a>, RecordFault>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let header = self.read_next();
        self.left = match header {
            Ok(_) => self.left - 1,
            Err(_) => 0,
        };
        Some(header)
    }
}

/// The records of one decompressed payload. Yields at most `count` records, and one error where
/// a record is broken, where the payload ends before the last, or where bytes follow it.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    fields: Fields<'a>,
    index: u32,
    count: u32,
    failed: bool,
}

impl<'a> Records<'a> {
    /// A negative `count` reads as 0.
    pub fn new(payload: &'a [u8], count: i32) -> Records<'a> {
        Records {
            fields: Fields::new(payload),
            index: 0,
            count: u32::try_from(count).unwrap_or(0),
            failed: false,
        }
    }

    fn ending(&mut self) -> Option<Result<Record<'a>, Malformed>> {
        match self.fields.remaining() {
            0 => None,
            _ if self.failed => None,
            trailing => {
                self.failed = true;
                Some(Err(Malformed::TrailingBytes(trailing)))
            }
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Result<Record<'a>, Malformed>> {
        if self.failed || self.index == self.count {
            return self.ending();
        }
        let index = self.index;
        self.index += 1;
        let record = match self.fields.remaining() {
            0 => Err(RecordFault::Missing),
            _ => Record::read(&mut self.fields),
        };
        self.failed = record.is_err();
        Some(record.map_err(|fault| Malformed::Record { index, fault }))
    }
}
