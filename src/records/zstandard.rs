//! Zstandard on contexts that are used again: making one costs more than decoding a small batch.

use std::cell::Cell;
use std::io::{self, Read};

use zstd::zstd_safe::{
    CCtx, CParameter, DCtx, InBuffer, OutBuffer, ResetDirective, compress_bound,
};

/// A larger context is freed after use: its window was declared by a producer.
const SPARE_BYTES_MAX: usize = 8 << 20;

thread_local! {
    static SPARE_DECODER: Cell<Option<DCtx<'static>>> = const { Cell::new(None) };
    static SPARE_ENCODER: Cell<Option<CCtx<'static>>> = const { Cell::new(None) };
}

/// Decodes the frames of a payload, one after the other. Memory: the declared window, at most
/// 128 MiB, of which only what content has filled is ever touched.
pub(super) struct Reader<'a> {
    /// Frames not yet decoded.
    rest: &'a [u8],
    context: Option<DCtx<'static>>,
    is_within_frame: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(payload: &'a [u8]) -> Reader<'a> {
        Reader {
            rest: payload,
            context: Some(SPARE_DECODER.take().unwrap_or_default()),
            is_within_frame: false,
        }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(context) = &mut self.context else {
            return Ok(0);
        };
        loop {
            if out.is_empty() || (self.rest.is_empty() && !self.is_within_frame) {
                return Ok(0);
            }
            let mut input = InBuffer::around(self.rest);
            let mut output = OutBuffer::around(out);
            let wanted = context
                .decompress_stream(&mut output, &mut input)
                .map_err(|_| io::ErrorKind::InvalidData)?;
            let (taken, given) = (input.pos, output.pos());
            self.rest = self.rest.get(taken..).unwrap_or_default();
            self.is_within_frame = wanted != 0;
            if given > 0 {
                return Ok(given);
            }
            if taken == 0 && self.is_within_frame {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let Some(mut context) = self.context.take() else {
            return;
        };
        let is_fresh = context.reset(ResetDirective::SessionOnly).is_ok();
        if is_fresh && context.sizeof() <= SPARE_BYTES_MAX {
            SPARE_DECODER.set(Some(context));
        }
    }
}

/// Appends `content` as one frame that, like Java's, does not tell the size of its content.
pub(super) fn write(level: i32, content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let mut context = SPARE_ENCODER.take().unwrap_or_default();
    let start = out.len();
    out.resize(start + compress_bound(content.len()), 0);
    let written = context
        .set_parameter(CParameter::CompressionLevel(level))
        .and_then(|_| context.set_parameter(CParameter::ContentSizeFlag(false)))
        .and_then(|_| context.compress2(&mut out[start..], content))
        .map_err(|code| io::Error::other(zstd::zstd_safe::get_error_name(code)))?;
    out.truncate(start + written);
    if context.sizeof() <= SPARE_BYTES_MAX {
        SPARE_ENCODER.set(Some(context));
    }
    Ok(())
}
