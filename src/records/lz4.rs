//! The lz4 frame. Java's clients read a part of the format; what they cannot read is refused
//! here, so that no consumer meets it (`Lz4BlockInputStream`).
//!
//! ```text
//! magic 04 22 4d 18 | FLG | BD | content size u64? | descriptor checksum u8
//! block: size u32 LE (high bit: stored) | bytes | checksum u32?   ...   end mark 0u32
//! content checksum u32?
//!
//! FLG  7-6 version = 1 | 5 independent blocks = 1 | 4 block checksums | 3 content size
//!      2 content checksum | 1-0 reserved, dictionary = 0
//! BD   7 reserved = 0 | 6-4 block size: 4..7 = 64 KiB, 256 KiB, 1 MiB, 4 MiB | 3-0 reserved = 0
//! ```

use std::hash::Hasher;
use std::io::{self, Read, Write};

use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use twox_hash::XxHash32;

use super::chunk::Chunk;

const MAGIC: u32 = 0x184d_2204;
const VERSION_AND_INDEPENDENCE_MASK: u8 = 0b1110_0000;
const VERSION_1_INDEPENDENT: u8 = 0b0110_0000;
const BLOCK_CHECKSUM: u8 = 0b0001_0000;
const CONTENT_SIZE: u8 = 0b0000_1000;
const CONTENT_CHECKSUM: u8 = 0b0000_0100;
const RESERVED_FLAGS: u8 = 0b0000_0011;
const RESERVED_BLOCK_BITS: u8 = 0b1000_1111;
const BLOCK_STORED: u32 = 0x8000_0000;
const CHECKSUM_SEED: u32 = 0;
/// One byte of a block extends a match by at most 255: no block expands to more than this.
const EXPANSION_MAX: usize = 255;

/// Decodes one frame block by block; holds one decoded block.
pub(super) struct Reader<'a> {
    /// Blocks not yet decoded; empty once the end mark was met.
    rest: &'a [u8],
    flags: u8,
    block_bytes_max: usize,
    content_bytes_declared: Option<u64>,
    content_bytes: u64,
    content_hash: XxHash32,
    chunk: Chunk,
    ended: bool,
}

impl<'a> Reader<'a> {
    /// `None` when `payload` does not begin with a frame that Java's clients can read.
    pub(super) fn new(payload: &'a [u8]) -> Option<Reader<'a>> {
        let (magic, after_magic) = take_u32(payload)?;
        let (&[flags, block], rest) = after_magic.split_first_chunk()?;
        let readable = magic == MAGIC
            && flags & VERSION_AND_INDEPENDENCE_MASK == VERSION_1_INDEPENDENT
            && flags & RESERVED_FLAGS == 0
            && block & RESERVED_BLOCK_BITS == 0
            && block >> 4 >= 4;
        if !readable {
            return None;
        }
        let (content_bytes_declared, rest) = match flags & CONTENT_SIZE {
            0 => (None, rest),
            _ => {
                let (size, rest) = rest.split_first_chunk()?;
                (Some(u64::from_le_bytes(*size)), rest)
            }
        };
        let descriptor = after_magic.get(..after_magic.len() - rest.len())?;
        let (&checksum, rest) = rest.split_first()?;
        if (XxHash32::oneshot(CHECKSUM_SEED, descriptor) >> 8) as u8 != checksum {
            return None;
        }
        Some(Reader {
            rest,
            flags,
            block_bytes_max: 1 << (8 + 2 * (block >> 4)),
            content_bytes_declared,
            content_bytes: 0,
            content_hash: XxHash32::with_seed(CHECKSUM_SEED),
            chunk: Chunk::default(),
            ended: false,
        })
    }

    /// Decodes the next block, or meets the end mark. `None` when the frame is broken.
    fn decode_next(&mut self) -> Option<()> {
        let (size, rest) = take_u32(self.rest)?;
        if size == 0 {
            self.ended = true;
            return self.check_end(rest);
        }
        let (block, rest) = rest.split_at_checked((size & !BLOCK_STORED) as usize)?;
        self.rest = match self.flags & BLOCK_CHECKSUM {
            0 => rest,
            _ => take_checksum(rest, XxHash32::oneshot(CHECKSUM_SEED, block))?,
        };
        if block.len() > self.block_bytes_max {
            return None;
        }
        let content_bytes = if size & BLOCK_STORED != 0 {
            self.chunk.refill(block.len()).copy_from_slice(block);
            block.len()
        } else {
            let bound = block.len().saturating_mul(EXPANSION_MAX);
            let room = self.chunk.refill(bound.min(self.block_bytes_max));
            lz4_flex::block::decompress_into(block, room).ok()?
        };
        let content = self.chunk.keep(content_bytes);
        self.content_bytes += content.len() as u64;
        if self.flags & CONTENT_CHECKSUM != 0 {
            self.content_hash.write(content);
        }
        Some(())
    }

    fn check_end(&mut self, rest: &'a [u8]) -> Option<()> {
        let rest = match self.flags & CONTENT_CHECKSUM {
            0 => rest,
            _ => take_checksum(rest, self.content_hash.finish_32())?,
        };
        let declared = self.content_bytes_declared.unwrap_or(self.content_bytes);
        (rest.is_empty() && declared == self.content_bytes).then_some(())
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_spent() && !self.ended {
            self.decode_next().ok_or(io::ErrorKind::InvalidData)?;
        }
        Ok(self.chunk.take(out))
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*head), rest))
}

fn take_checksum(bytes: &[u8], computed: u32) -> Option<&[u8]> {
    let (stored, rest) = take_u32(bytes)?;
    (stored == computed).then_some(rest)
}

/// Appends `content` as one frame of independent 64 KiB blocks without checksums (FLG 0x60).
pub(super) fn write(content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(BlockMode::Independent);
    let mut encoder = FrameEncoder::with_frame_info(info, out);
    encoder.write_all(content)?;
    encoder.finish()?;
    Ok(())
}
