//! Compressed payloads: streaming decoders under a cap, and whole-buffer compression.
//!
//! Nothing here believes a size that the sender declared. Decoders hold a window, a block or a
//! chunk, never the content: zstd's window may be declared up to 128 MiB, but memory is touched
//! only as content arrives, which the cap bounds.

use std::io::{Read, Write};

use super::{Codec, lz4, xerial, zstandard};

/// Content of any batch may expand to this much, so that one small batch of a repetitive topic
/// passes.
pub const DECODED_FLOOR_BYTES: usize = 16 << 20;
/// Beyond the floor, content may be this many times the compressed bytes.
pub const DECODED_RATIO_MAX: usize = 64;
/// How much is decoded at a time.
pub(super) const CHUNK_BYTES: usize = 16 << 10;

const GZIP_LEVEL_DEFAULT: u32 = 6;
const ZSTD_LEVEL_DEFAULT: i32 = 3;
/// The gzip header byte for "unknown operating system", as Java writes it.
const GZIP_SYSTEM_UNKNOWN: u8 = 0xff;

/// The most that `compressed_bytes` of payload may expand to before the batch is refused. Kafka
/// has no such limit; without one, 10 KB could cost a gigabyte of decoding.
pub fn decoded_bytes_max(compressed_bytes: usize) -> usize {
    DECODED_FLOOR_BYTES.saturating_add(compressed_bytes.saturating_mul(DECODED_RATIO_MAX))
}

/// A codec and its level: what `compression.type` and `compression.<codec>.level` come to. Lz4
/// has one level here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compression {
    pub codec: Codec,
    /// `None`: the codec's default (gzip 6, zstd 3).
    pub level: Option<i32>,
}

impl Compression {
    pub const NONE: Compression = Compression::of(Codec::None);

    pub const fn of(codec: Codec) -> Compression {
        Compression { codec, level: None }
    }
}

/// Why a payload could not be decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodecFault {
    #[error("the {} stream of the batch is broken", .0.name())]
    Broken(Codec),
    #[error("the batch expands to more than {limit} bytes")]
    TooLarge { limit: usize },
}

/// A payload being decoded, in whatever portions the caller has room for.
pub struct Decoder<'a> {
    stream: Stream<'a>,
    codec: Codec,
    limit: usize,
    /// Of `limit`, what may still come.
    left: usize,
}

enum Stream<'a> {
    Plain(&'a [u8]),
    Gzip(Box<flate2::bufread::MultiGzDecoder<&'a [u8]>>),
    Snappy(xerial::Reader<'a>),
    Lz4(Box<lz4::Reader<'a>>),
    Zstd(zstandard::Reader<'a>),
}

impl<'a> Decoder<'a> {
    /// Begins to decode `payload`; more than `limit` bytes of content will be refused.
    pub fn new(codec: Codec, payload: &'a [u8], limit: usize) -> Result<Decoder<'a>, CodecFault> {
        let broken = CodecFault::Broken(codec);
        let stream = match codec {
            Codec::None => Stream::Plain(payload),
            Codec::Gzip => {
                let decoder = flate2::bufread::MultiGzDecoder::new(payload);
                Stream::Gzip(Box::new(decoder))
            }
            Codec::Snappy => Stream::Snappy(xerial::Reader::new(payload).ok_or(broken)?),
            Codec::Lz4 => {
                let reader = lz4::Reader::new(payload).ok_or(broken)?;
                Stream::Lz4(Box::new(reader))
            }
            Codec::Zstd => Stream::Zstd(zstandard::Reader::new(payload)),
        };
        Ok(Decoder {
            stream,
            codec,
            limit,
            left: limit,
        })
    }

    /// Decodes into `out` and says how much; 0 only at the end (or for an empty `out`).
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, CodecFault> {
        let count = match &mut self.stream {
            Stream::Plain(bytes) => bytes.read(out),
            Stream::Gzip(decoder) => decoder.read(out),
            Stream::Snappy(reader) => reader.read(out),
            Stream::Lz4(reader) => reader.read(out),
            Stream::Zstd(reader) => reader.read(out),
        };
        let count = count.map_err(|_| CodecFault::Broken(self.codec))?;
        let limit = self.limit;
        self.left = self
            .left
            .checked_sub(count)
            .ok_or(CodecFault::TooLarge { limit })?;
        Ok(count)
    }
}

/// The whole content of a payload, at most `limit` bytes. Memory grows with what has come out.
pub fn decompress(codec: Codec, payload: &[u8], limit: usize) -> Result<Vec<u8>, CodecFault> {
    let mut decoder = Decoder::new(codec, payload, limit)?;
    let mut content = Vec::with_capacity(payload.len().saturating_mul(2));
    let mut filled = 0;
    loop {
        if content.len() - filled < CHUNK_BYTES {
            let room = content.capacity().max(filled + CHUNK_BYTES);
            content.resize(room, 0);
        }
        match decoder.read(&mut content[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    content.truncate(filled);
    Ok(content)
}

/// Appends the compressed form of `content` to `out`, framed as Kafka's Java clients frame it:
/// gzip; xerial snappy; an lz4 frame of independent 64 KiB blocks; zstd without a content size.
/// Levels outside the codec's range are moved to its nearest end.
pub fn compress(compression: Compression, content: &[u8], out: &mut Vec<u8>) {
    let written = match compression.codec {
        Codec::None => out.write_all(content),
        Codec::Gzip => gzip(compression.level, content, out),
        Codec::Snappy => xerial::write(content, out),
        Codec::Lz4 => lz4::write(content, out),
        Codec::Zstd => compress_zstd(compression.level, content, out),
    };
    written.expect("compression into memory cannot fail");
}

fn gzip(level: Option<i32>, content: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let level = match level {
        Some(level @ 0..) => level.unsigned_abs().clamp(1, 9),
        // Kafka writes -1 for the default of the library.
        _ => GZIP_LEVEL_DEFAULT,
    };
    let mut encoder = flate2::GzBuilder::new()
        .operating_system(GZIP_SYSTEM_UNKNOWN)
        .write(out, flate2::Compression::new(level));
    encoder.write_all(content)?;
    encoder.finish().map(drop)
}

fn compress_zstd(level: Option<i32>, content: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let range = zstd::compression_level_range();
    let level = level.unwrap_or(ZSTD_LEVEL_DEFAULT);
    zstandard::write(level.clamp(*range.start(), *range.end()), content, out)
}
