use crate::model::Timestamp;
use crate::records::{
    BatchBuilder, BatchView, Compression, Malformed, NewRecord, Record, RecordHeader, TimestampType,
};

/// The batch with only these of its records. Base offset, last offset, producer, sequences and
/// codec stay; a `horizon` takes the place of the base timestamp
/// (`MemoryRecords.buildRetainedRecordsInto`).
pub(super) fn with_records(
    batch: &BatchView<'_>,
    records: &[Record<'_>],
    horizon: Option<Timestamp>,
) -> Result<Vec<u8>, Malformed> {
    let compression = Compression::of(batch.codec()?);
    let mut builder = shell(batch, batch.size()).compression(compression);
    if let Some(horizon) = horizon {
        builder = builder.delete_horizon(horizon);
    }
    for (record, index) in records.iter().zip(0..) {
        let headers: Result<Vec<RecordHeader<'_>>, _> = record.headers.collect();
        let headers = headers.map_err(|fault| Malformed::Record { index, fault })?;
        let new = NewRecord {
            key: record.key,
            value: record.value,
            headers: &headers,
        };
        let timestamp = batch.timestamp_of(record.timestamp_delta);
        builder.push_at(record.offset_delta, timestamp, &new);
    }
    Ok(builder.finish())
}

/// The batch without any record: what its producer's last sequence and the end of its offsets
/// are known by (`DefaultRecordBatch.writeEmptyHeader`).
pub(super) fn emptied(batch: &BatchView<'_>) -> Vec<u8> {
    shell(batch, 0)
        .max_timestamp(batch.max_timestamp())
        .finish()
}

/// What stays of every batch.
fn shell(batch: &BatchView<'_>, bytes: usize) -> BatchBuilder {
    let mut builder = BatchBuilder::with_capacity(bytes)
        .base_offset(batch.base_offset())
        .leader_epoch(batch.leader_epoch())
        .last_offset_delta(batch.last_offset_delta())
        .producer(
            batch.producer_id(),
            batch.producer_epoch(),
            batch.base_sequence(),
        );
    if batch.is_transactional() {
        builder = builder.transactional();
    }
    if batch.is_control() {
        builder = builder.control();
    }
    if batch.timestamp_type() == TimestampType::LogAppendTime {
        builder = builder.log_append_time(batch.max_timestamp());
    }
    builder
}
