//! Zigzag LEB128 numbers, at most 5 bytes for 32 bits and 10 for 64 (`ByteUtils` of Kafka).
//! Like Java, a reader drops the bits of the last byte that do not fit.

use super::RecordFault;

/// A reader that walks a slice from its front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Fields<'a> {
        Fields { rest: bytes }
    }

    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, RecordFault> {
        let (&first, rest) = self.rest.split_first().ok_or(RecordFault::Truncated)?;
        self.rest = rest;
        Ok(first)
    }

    #[inline]
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], RecordFault> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(RecordFault::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Reads a length and its bytes. As in Kafka, any negative length means null.
    #[inline]
    pub(super) fn nullable(&mut self) -> Result<Option<&'a [u8]>, RecordFault> {
        match usize::try_from(self.varint()?) {
            Ok(length) => self.bytes(length).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Passes over a length and its bytes, and says whether they were there.
    #[inline]
    pub(super) fn skip_nullable(&mut self) -> Result<bool, RecordFault> {
        self.nullable().map(|field| field.is_some())
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<i32, RecordFault> {
        match self.short_number() {
            Some(sum) => Ok(zigzag32(sum)),
            None => self.long_number(5).map(|sum| zigzag32(sum as u32)),
        }
    }

    #[inline]
    pub(super) fn varlong(&mut self) -> Result<i64, RecordFault> {
        match self.short_number() {
            Some(sum) => Ok(zigzag64(u64::from(sum))),
            None => self.long_number(10).map(zigzag64),
        }
    }

    /// A number of one or two bytes, as most numbers of a record are.
    #[inline]
    fn short_number(&mut self) -> Option<u32> {
        match *self.rest {
            [only, ref rest @ ..] if only < 0x80 => {
                self.rest = rest;
                Some(u32::from(only))
            }
            [first, second, ref rest @ ..] if second < 0x80 => {
                self.rest = rest;
                Some(u32::from(first & 0x7f) | u32::from(second) << 7)
            }
            _ => None,
        }
    }

    #[inline(never)]
    fn long_number(&mut self, bytes_max: u32) -> Result<u64, RecordFault> {
        let mut sum = 0u64;
        for at in 0..bytes_max {
            let byte = self.byte()?;
            sum |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                return Ok(sum);
            }
        }
        Err(RecordFault::Varint)
    }
}

#[inline]
pub(super) fn zigzag32(sum: u32) -> i32 {
    (sum >> 1) as i32 ^ -((sum & 1) as i32)
}

#[inline]
pub(super) fn zigzag64(sum: u64) -> i64 {
    (sum >> 1) as i64 ^ -((sum & 1) as i64)
}

pub(super) fn write_varint(out: &mut Vec<u8>, value: i32) {
    write_varlong(out, i64::from(value));
}

pub(super) fn write_varlong(out: &mut Vec<u8>, value: i64) {
    let mut sum = ((value << 1) ^ (value >> 63)) as u64;
    while sum >= 0x80 {
        out.push(sum as u8 | 0x80);
        sum >>= 7;
    }
    out.push(sum as u8);
}

/// The bytes that [`write_varint`] and [`write_varlong`] write for `value`.
pub(super) fn varlong_bytes(value: i64) -> usize {
    let sum = ((value << 1) ^ (value >> 63)) as u64;
    let bits = 64 - (sum | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_sizes_agree() {
        let edges = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, i32::MAX, i32::MIN];
        for value in edges {
            let mut out = Vec::new();
            write_varint(&mut out, value);
            assert_eq!(out.len(), varlong_bytes(i64::from(value)));
            assert_eq!(Fields::new(&out).varint(), Ok(value));
        }
        for value in [0, i64::MAX, i64::MIN, -86_400_000, 1 << 40] {
            let mut out = Vec::new();
            write_varlong(&mut out, value);
            assert_eq!(out.len(), varlong_bytes(value));
            assert_eq!(Fields::new(&out).varlong(), Ok(value));
        }
    }

    #[test]
    fn endless_and_cut_numbers_are_refused() {
        let endless = [0xff; 11];
        assert_eq!(Fields::new(&endless).varint(), Err(RecordFault::Varint));
        assert_eq!(Fields::new(&endless).varlong(), Err(RecordFault::Varint));
        assert_eq!(
            Fields::new(&endless[..4]).varint(),
            Err(RecordFault::Truncated)
        );
        assert_eq!(Fields::new(&[]).varlong(), Err(RecordFault::Truncated));
    }
}
