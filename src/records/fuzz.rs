use super::{
    BatchView, Batches, Codec, Compression, Facts, Policy, Records, TimestampType, check, compress,
    decoded_bytes_max, decompress, recompress,
};
use crate::model::Timestamp;

const ANY_TIME: Policy = Policy {
    max_message_bytes: usize::MAX,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: i64::MAX,
    compacted: false,
};

/// The fuzz entry of this room: reads `bytes` as a run of batches in every way there is. Nothing
/// may panic, and what [`check`] accepts must hold what it says.
pub fn fuzz(bytes: &[u8]) {
    for batch in Batches::new(bytes) {
        match batch {
            Ok(batch) => fuzz_batch(&batch),
            Err(_) => break,
        }
    }
}

fn fuzz_batch(batch: &BatchView<'_>) {
    let Ok(facts) = Facts::of(batch) else {
        return;
    };
    let limit = decoded_bytes_max(batch.payload().len());
    let content = decompress(facts.codec, batch.payload(), limit);
    if let Ok(content) = &content {
        for record in Records::new(content, batch.count()).flatten() {
            record.headers.for_each(drop);
            batch.timestamp_of(record.timestamp_delta);
            batch.offset_of(record.offset_delta);
            batch.sequence_of(record.offset_delta);
        }
    }
    batch.last_sequence();
    batch.delete_horizon();
    batch.last_offset();
    if let Ok(facts) = check(batch, &ANY_TIME, Timestamp::NONE) {
        let content = content.expect("checked content decodes");
        let records = Records::new(&content, facts.count);
        assert!(records.clone().all(|record| record.is_ok()));
        assert_eq!(records.count(), facts.count as usize);
        fuzz_recompression(batch, &facts, &content);
    }
}

fn fuzz_recompression(batch: &BatchView<'_>, facts: &Facts, content: &[u8]) {
    for codec in Codec::ALL {
        let target = Compression::of(codec);
        let mut payload = Vec::new();
        compress(target, content, &mut payload);
        let (bytes, facts) = recompress(batch, facts, target, usize::MAX).expect("checked content");
        let again = BatchView::parse(&bytes).expect("a whole batch");
        assert_eq!(again.payload(), payload);
        // A producer's claim of LogAppendTime is dropped with its bit; records then show theirs.
        if batch.timestamp_type() == TimestampType::CreateTime {
            let rechecked = check(&again, &ANY_TIME, Timestamp::NONE);
            assert_eq!(rechecked, Ok(facts));
        }
    }
}

/// A codec's place in [`Codec::ALL`], then a stream of it. What comes out goes in again.
pub fn fuzz_codec(bytes: &[u8]) {
    let Some((id, stream)) = bytes.split_first() else {
        return;
    };
    let Some(codec) = Codec::ALL.get(usize::from(*id)).copied() else {
        return;
    };
    let limit = decoded_bytes_max(0).min(1 << 20);
    if let Ok(content) = decompress(codec, stream, limit) {
        assert!(content.len() <= limit);
        let mut again = Vec::new();
        compress(Compression::of(codec), &content, &mut again);
        let decoded = decompress(codec, &again, limit);
        assert_eq!(decoded, Ok(content));
    }
}
