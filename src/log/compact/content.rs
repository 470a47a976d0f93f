use std::borrow::Cow;

use super::SourceFault;
use crate::records::{BatchView, Codec, decoded_bytes_max, decompress};

/// The records of a batch as bytes, decompressed where they have to be.
pub(super) fn content<'a>(batch: &BatchView<'a>) -> Result<Cow<'a, [u8]>, SourceFault> {
    Ok(match batch.codec()? {
        Codec::None => Cow::Borrowed(batch.payload()),
        codec => {
            let limit = decoded_bytes_max(batch.payload().len());
            Cow::Owned(decompress(codec, batch.payload(), limit)?)
        }
    })
}
