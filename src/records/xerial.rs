//! Snappy in the framing of the Java library (`SnappyInputStream`), and bare, as librdkafka
//! sends it.
//!
//! ```text
//! 82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version i32 | oldest compatible version i32
//! chunk: length i32 | one raw snappy block     ...   to the end
//! ```

use std::io::{self, Read};

use super::chunk::Chunk;

const MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
const VERSION: i32 = 1;
const HEADER_BYTES: usize = 16;
/// Java compresses this much of the content per chunk.
const CHUNK_BYTES: usize = 32 << 10;
/// A three-byte copy makes 64 bytes: no block expands to more than this, so a block that
/// declares more is broken and gets no memory.
const EXPANSION_MAX: usize = 22;

/// Decodes chunk by chunk; holds one decoded chunk.
pub(super) struct Reader<'a> {
    /// Chunks not yet decoded.
    rest: &'a [u8],
    framing: Framing,
    chunk: Chunk,
}

#[derive(PartialEq)]
enum Framing {
    Chunks,
    /// The rest is one block without a length.
    Bare,
}

impl<'a> Reader<'a> {
    /// `None` when the header names a version that no reader knows.
    pub(super) fn new(payload: &'a [u8]) -> Option<Reader<'a>> {
        let (framing, rest) = match payload.split_at_checked(HEADER_BYTES) {
            Some((header, rest)) if header.starts_with(&MAGIC) => {
                let (_, compatible) = header.split_last_chunk()?;
                if i32::from_be_bytes(*compatible) < VERSION {
                    return None;
                }
                (Framing::Chunks, rest)
            }
            _ => (Framing::Bare, payload),
        };
        Some(Reader {
            rest,
            framing,
            chunk: Chunk::default(),
        })
    }

    /// Decodes the next block. `None` when it is broken.
    fn decode_next(&mut self) -> Option<()> {
        let block = match self.framing {
            Framing::Bare => std::mem::take(&mut self.rest),
            Framing::Chunks => self.next_block()?,
        };
        let decoded_bytes = snap::raw::decompress_len(block).ok()?;
        if decoded_bytes > block.len().saturating_mul(EXPANSION_MAX) {
            return None;
        }
        let room = self.chunk.refill(decoded_bytes);
        let written = snap::raw::Decoder::new().decompress(block, room).ok()?;
        self.chunk.keep(written);
        Some(())
    }

    fn next_block(&mut self) -> Option<&'a [u8]> {
        // Streams glued together repeat the header where a length would stand.
        if self.rest.starts_with(&MAGIC) {
            self.rest = self.rest.get(HEADER_BYTES..)?;
        }
        let (length, after) = self.rest.split_first_chunk()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
        let (block, rest) = after.split_at_checked(length)?;
        self.rest = rest;
        Some(block)
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_spent() && !self.rest.is_empty() {
            self.decode_next().ok_or(io::ErrorKind::InvalidData)?;
        }
        Ok(self.chunk.take(out))
    }
}

/// Appends `content` in chunks of 32 KiB behind a header.
pub(super) fn write(content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for chunk in content.chunks(CHUNK_BYTES) {
        let start = out.len() + 4;
        out.resize(start + snap::raw::max_compress_len(chunk.len()), 0);
        let written = encoder.compress(chunk, &mut out[start..])?;
        out.truncate(start + written);
        // A chunk of 32 KiB compresses to less than 2 GiB.
        out[start - 4..start].copy_from_slice(&(written as i32).to_be_bytes());
    }
    Ok(())
}
