use corelane::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{
    BatchBuilder, BatchView, Codec, Compression, NewRecord, Policy, RecordHeader, Records,
    TimestampType, check, decompress, recompress, stamp, stamp_timestamps,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const ANY_TIME: Policy = Policy {
    max_message_bytes: usize::MAX,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: i64::MAX,
    compacted: false,
};

#[derive(Clone, PartialEq, Debug)]
struct Owned {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..max)
}

fn record() -> impl Strategy<Value = Owned> {
    let timestamp = prop_oneof![Just(-1), 0..1i64 << 42, Just(i64::MAX / 2)];
    let headers = vec((bytes(20), option::of(bytes(30))), 0..4);
    (
        timestamp,
        option::of(bytes(40)),
        option::of(bytes(200)),
        headers,
    )
        .prop_map(|(timestamp, key, value, headers)| Owned {
            timestamp,
            key,
            value,
            headers,
        })
}

fn build(records: &[Owned], compression: Compression) -> Vec<u8> {
    let mut builder = BatchBuilder::new()
        .producer(ProducerId(7), ProducerEpoch(2), Sequence(i32::MAX))
        .compression(compression);
    for record in records {
        let headers: Vec<RecordHeader> = record
            .headers
            .iter()
            .map(|(key, value)| RecordHeader {
                key,
                value: value.as_deref(),
            })
            .collect();
        let new = NewRecord {
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
        };
        builder.push(Timestamp(record.timestamp), &new);
    }
    builder.finish()
}

fn read(batch: &BatchView<'_>) -> Vec<Owned> {
    let codec = batch.codec().expect("a known codec");
    let content = decompress(codec, batch.payload(), usize::MAX).expect("our own stream");
    let own = |bytes: &[u8]| bytes.to_vec();
    Records::new(&content, batch.count())
        .map(|record| {
            let record = record.expect("our own record");
            let headers = record.headers.map(|header| header.expect("our own header"));
            Owned {
                timestamp: batch.timestamp_of(record.timestamp_delta).0,
                key: record.key.map(own),
                value: record.value.map(own),
                headers: headers
                    .map(|header| (own(header.key), header.value.map(own)))
                    .collect(),
            }
        })
        .collect()
}

fn codec() -> impl Strategy<Value = Codec> {
    proptest::sample::select(Codec::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn records_come_back_in_order_with_all_they_had(
        records in vec(record(), 1..20),
        from in codec(),
        to in codec(),
    ) {
        let bytes = build(&records, Compression::of(from));
        let batch = BatchView::parse(&bytes).expect("our own batch");
        prop_assert_eq!(&read(&batch), &records);

        let facts = check(&batch, &ANY_TIME, Timestamp(0)).expect("our own batch");
        let max = records.iter().map(|record| record.timestamp).max().expect("some");
        prop_assert_eq!(facts.max_timestamp, Timestamp(max));
        let first = records.iter().position(|record| record.timestamp == max);
        prop_assert!(max == -1 || first == Some(facts.max_timestamp_delta as usize));
        prop_assert!(!facts.restamp);
        prop_assert_eq!(facts.last_sequence, Sequence(i32::MAX).plus(records.len() as i32 - 1));

        let target = Compression::of(to);
        let (again, new_facts) =
            recompress(&batch, &facts, target, usize::MAX).expect("checked content");
        let batch = BatchView::parse(&again).expect("our own batch");
        prop_assert_eq!(batch.codec(), Ok(to));
        prop_assert_eq!(&read(&batch), &records);
        prop_assert_eq!(check(&batch, &ANY_TIME, Timestamp(0)), Ok(new_facts));
    }

    #[test]
    fn stamps_change_what_they_name_and_nothing_else(
        records in vec(record(), 1..5),
        offset in 0..i64::MAX / 2,
        epoch in 0..i32::MAX,
        now in 0..1i64 << 42,
    ) {
        let before = build(&records, Compression::NONE);
        let mut bytes = before.clone();
        stamp(&mut bytes, Offset(offset), LeaderEpoch(epoch));
        prop_assert_eq!(&bytes[16..], &before[16..]);
        stamp_timestamps(&mut bytes, TimestampType::LogAppendTime, Timestamp(now));
        let batch = BatchView::parse(&bytes).expect("our own batch");
        prop_assert!(batch.crc_is_valid());
        prop_assert_eq!(batch.base_offset(), Offset(offset));
        prop_assert_eq!(batch.last_offset(), Offset(offset + records.len() as i64 - 1));
        prop_assert_eq!(batch.leader_epoch(), LeaderEpoch(epoch));
        prop_assert_eq!(batch.max_timestamp(), Timestamp(now));
        prop_assert!(read(&batch).iter().all(|record| record.timestamp == now));
    }
}
