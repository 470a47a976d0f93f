use super::codec::CHUNK_BYTES;
use super::varint::{Fields, zigzag32, zigzag64};
use super::{Codec, CodecFault, Decoder, RecordFault};

/// What checking needs of a record: keys, values and headers are passed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    pub(super) timestamp_delta: i64,
    pub(super) offset_delta: i32,
    pub(super) has_key: bool,
}

impl Shape {
    /// Reads a whole record from the front of an uncompressed payload, headers included. The
    /// innermost loop of every produce request: it only moves forward.
    #[inline]
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Shape, RecordFault> {
        if fields.remaining() == 0 {
            return Err(RecordFault::Missing);
        }
        let length = usize::try_from(fields.varint()?).map_err(|_| RecordFault::Length)?;
        let body = fields.bytes(length).map_err(|_| RecordFault::Length)?;
        let mut body = Fields::new(body);
        body.byte()?;
        let shape = Shape {
            timestamp_delta: body.varlong()?,
            offset_delta: body.varint()?,
            has_key: body.skip_nullable()?,
        };
        body.skip_nullable()?;
        match body.varint()? {
            0 => {}
            count => skip_headers(&mut body, count)?,
        }
        match body.remaining() {
            0 => Ok(shape),
            _ => Err(RecordFault::Length),
        }
    }
}

#[inline(never)]
fn skip_headers(body: &mut Fields<'_>, count: i32) -> Result<(), RecordFault> {
    let count = u32::try_from(count).map_err(|_| RecordFault::HeaderCount)?;
    if count as usize > body.remaining() {
        return Err(RecordFault::HeaderCount);
    }
    for _ in 0..count {
        if !body.skip_nullable()? {
            return Err(RecordFault::HeaderKey);
        }
        body.skip_nullable()?;
    }
    Ok(())
}

/// Why a record could not be read out of a compressed payload.
pub(super) enum StreamFault {
    Codec(CodecFault),
    Record(RecordFault),
}

impl From<RecordFault> for StreamFault {
    fn from(fault: RecordFault) -> StreamFault {
        StreamFault::Record(fault)
    }
}

/// Walks the records of a compressed payload while it is decoded, holding one chunk of content.
pub(super) struct ShapeReader<'a> {
    decoder: Decoder<'a>,
    chunk: Vec<u8>,
    taken: usize,
    filled: usize,
    /// Bytes left of the record being read.
    body_left: usize,
}

impl<'a> ShapeReader<'a> {
    pub(super) fn new(codec: Codec, payload: &'a [u8], limit: usize) -> Result<Self, CodecFault> {
        Ok(ShapeReader {
            decoder: Decoder::new(codec, payload, limit)?,
            chunk: vec![0; CHUNK_BYTES],
            taken: 0,
            filled: 0,
            body_left: usize::MAX,
        })
    }

    /// Reads the next record, or says that the content ends before it.
    pub(super) fn next(&mut self) -> Result<Shape, StreamFault> {
        if self.is_at_end()? {
            return Err(RecordFault::Missing.into());
        }
        self.body_left = usize::MAX;
        let length = self.varint()?;
        self.body_left = usize::try_from(length).map_err(|_| RecordFault::Length)?;
        self.byte()?;
        let timestamp_delta = self.varlong()?;
        let offset_delta = self.varint()?;
        let has_key = self.skip_nullable()?;
        self.skip_nullable()?;
        self.skip_headers()?;
        if self.body_left > 0 {
            return Err(RecordFault::Length.into());
        }
        Ok(Shape {
            timestamp_delta,
            offset_delta,
            has_key,
        })
    }

    /// True when all content has been read; decodes more if none is at hand.
    pub(super) fn is_at_end(&mut self) -> Result<bool, StreamFault> {
        if self.taken == self.filled {
            self.taken = 0;
            self.filled = self
                .decoder
                .read(&mut self.chunk)
                .map_err(StreamFault::Codec)?;
        }
        Ok(self.filled == 0)
    }

    /// Content at hand after the record just read.
    pub(super) fn chunk_left(&self) -> usize {
        self.filled - self.taken
    }

    fn skip_headers(&mut self) -> Result<(), StreamFault> {
        let count = u32::try_from(self.varint()?).map_err(|_| RecordFault::HeaderCount)?;
        if count as usize > self.body_left {
            return Err(RecordFault::HeaderCount.into());
        }
        for _ in 0..count {
            let has_key = self.skip_nullable()?;
            if !has_key {
                return Err(RecordFault::HeaderKey.into());
            }
            self.skip_nullable()?;
        }
        Ok(())
    }

    /// Passes over a field and says whether it was there: any negative length means null.
    fn skip_nullable(&mut self) -> Result<bool, StreamFault> {
        let Ok(mut left) = usize::try_from(self.varint()?) else {
            return Ok(false);
        };
        self.body_left = self
            .body_left
            .checked_sub(left)
            .ok_or(RecordFault::Truncated)?;
        while left > 0 {
            if self.is_at_end()? {
                return Err(RecordFault::Truncated.into());
            }
            let step = left.min(self.filled - self.taken);
            self.taken += step;
            left -= step;
        }
        Ok(true)
    }

    fn byte(&mut self) -> Result<u8, StreamFault> {
        if self.taken == self.filled && self.is_at_end()? {
            return Err(RecordFault::Truncated.into());
        }
        self.body_left = self
            .body_left
            .checked_sub(1)
            .ok_or(RecordFault::Truncated)?;
        let byte = self.chunk[self.taken];
        self.taken += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<i32, StreamFault> {
        let mut sum = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            sum |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(zigzag32(sum));
            }
        }
        Err(RecordFault::Varint.into())
    }

    fn varlong(&mut self) -> Result<i64, StreamFault> {
        let mut sum = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            sum |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(zigzag64(sum));
            }
        }
        Err(RecordFault::Varint.into())
    }
}
