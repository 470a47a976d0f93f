use super::build::assemble;
use super::{
    Attributes, BatchView, Codec, Compression, Facts, HEADER_BYTES, Refusal, compress,
    decoded_bytes_max, decompress,
};

/// Encodes a checked batch anew for a topic whose `compression.type` names another codec than the
/// producer used. Records, base sequence, producer and timestamps stay byte for byte; the header
/// takes what `facts` ask for, so that no restamp is left to do.
///
/// Returns the new batch and its facts. Refuses content that expands beyond
/// [`decoded_bytes_max`], and a result above `max_message_bytes`, as Kafka does.
pub fn recompress(
    batch: &BatchView<'_>,
    facts: &Facts,
    target: Compression,
    max_message_bytes: usize,
) -> Result<(Vec<u8>, Facts), Refusal> {
    let content = match facts.codec {
        Codec::None => None,
        codec => {
            let limit = decoded_bytes_max(batch.payload().len());
            Some(decompress(codec, batch.payload(), limit)?)
        }
    };
    let content = content.as_deref().unwrap_or(batch.payload());
    let mut bytes = Vec::with_capacity(batch.size());
    bytes.resize(HEADER_BYTES, 0);
    compress(target, content, &mut bytes);
    if bytes.len() > max_message_bytes {
        return Err(Refusal::TooLarge {
            size: bytes.len(),
            max: max_message_bytes,
        });
    }
    let mut header = *batch.header();
    // The bits with a meaning for a client's batch; a horizon is the cleaner's to set.
    let kept = Attributes::TRANSACTIONAL | Attributes::CONTROL;
    let attributes = header.attributes.get() & kept;
    let added = target.codec as i16 | facts.timestamp_type.bit();
    header.attributes = (attributes | added).into();
    header.max_timestamp = facts.max_timestamp.0.into();
    let bytes = assemble(header, bytes);
    let facts = Facts {
        // Below `max_message_bytes`, or `assemble` had refused it.
        size: bytes.len() as u32,
        codec: target.codec,
        restamp: false,
        ..*facts
    };
    Ok((bytes, facts))
}
