use corelane::model::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{
    BatchBuilder, BatchView, Codec, Compression, Malformed, NewRecord, Policy, RECORD_ERRORS_MAX,
    RecordWrong, Refusal, TimestampType, check, crc32c, only_batch, recompress, stamp_timestamps,
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const HOUR_MS: i64 = 3_600_000;

/// Kafka's defaults.
const POLICY: Policy = Policy {
    max_message_bytes: 1_048_588,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: HOUR_MS,
    compacted: false,
};

const VALUE: NewRecord<'static> = NewRecord {
    key: None,
    value: Some(b"value"),
    headers: &[],
};

fn batch_at(timestamps: &[i64], codec: Codec) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(Compression::of(codec));
    for &timestamp in timestamps {
        builder.push(Timestamp(timestamp), &VALUE);
    }
    builder.finish()
}

fn edit(batch: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut batch = batch.to_vec();
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    batch
}

#[track_caller]
fn refusal(batch: &[u8], policy: &Policy) -> Refusal {
    let batch = BatchView::parse(batch).expect("a whole batch");
    check(&batch, policy, NOW).expect_err("the batch breaks a rule")
}

#[test]
fn a_good_batch_is_described() {
    for codec in Codec::ALL {
        let bytes = batch_at(&[NOW.0 - 5, NOW.0 + 5, NOW.0 + 5, NOW.0], codec);
        let facts = check(&BatchView::parse(&bytes).expect("whole"), &POLICY, NOW);
        let facts = facts.expect("a good batch");
        assert_eq!((facts.count, facts.last_offset_delta), (4, 3));
        assert_eq!(facts.max_timestamp, Timestamp(NOW.0 + 5));
        assert_eq!(facts.max_timestamp_delta, 1);
        assert_eq!(facts.size as usize, bytes.len());
        assert_eq!(facts.codec, codec);
        assert!(!facts.restamp && !facts.is_control && !facts.is_transactional);
    }
}

#[test]
fn one_batch_and_only_one_is_wanted() {
    let bytes = batch_at(&[NOW.0], Codec::None);
    assert_eq!(only_batch(None).map(drop), Err(Refusal::NoBatch));
    assert_eq!(only_batch(Some(&[])).map(drop), Err(Refusal::NoBatch));
    let two = [&bytes[..], &bytes[..]].concat();
    let trailing = Malformed::TrailingBytes(bytes.len());
    assert_eq!(only_batch(Some(&two)).map(drop), Err(trailing.into()));
}

#[test]
fn the_frame_is_judged_before_the_records() {
    let bytes = batch_at(&[NOW.0, NOW.0], Codec::None);
    let offset = edit(&bytes, 0, &9i64.to_be_bytes());
    assert_eq!(refusal(&offset, &POLICY), Refusal::BaseOffset(Offset(9)));
    let small = Policy {
        max_message_bytes: bytes.len() - 1,
        ..POLICY
    };
    let too_large = Refusal::TooLarge {
        size: bytes.len(),
        max: bytes.len() - 1,
    };
    assert_eq!(refusal(&bytes, &small), too_large);
    let mut torn = bytes.clone();
    *torn.last_mut().expect("bytes") ^= 1;
    assert!(matches!(refusal(&torn, &POLICY), Refusal::Crc { .. }));
}

#[test]
fn counts_must_agree_with_offsets() {
    let bytes = batch_at(&[NOW.0, NOW.0], Codec::None);
    let delta = edit(&bytes, 23, &(-1i32).to_be_bytes());
    assert_eq!(refusal(&delta, &POLICY), Refusal::OffsetRange(-1));
    let none = edit(&bytes, 57, &0i32.to_be_bytes());
    assert_eq!(refusal(&none, &POLICY), Refusal::Count(0));
    let three = edit(&bytes, 57, &3i32.to_be_bytes());
    let disagree = Refusal::CountOfRange {
        last_offset_delta: 1,
        count: 3,
    };
    assert_eq!(refusal(&three, &POLICY), disagree);
}

#[test]
fn offsets_within_the_batch_must_count_from_zero() {
    for codec in Codec::ALL {
        let mut builder = BatchBuilder::new().compression(Compression::of(codec));
        builder.push_at(0, NOW, &VALUE);
        builder.push_at(2, NOW, &VALUE);
        let bytes = builder.last_offset_delta(1).finish();
        let gap = Refusal::OffsetDelta { index: 1, found: 2 };
        assert_eq!(refusal(&bytes, &POLICY), gap, "{}", codec.name());
    }
}

#[test]
fn clients_write_no_control_batches_and_no_sequence_below_zero() {
    let mut builder = BatchBuilder::new().control();
    builder.push(NOW, &VALUE);
    assert_eq!(refusal(&builder.finish(), &POLICY), Refusal::ControlBatch);
    let producer_id = ProducerId(3);
    let mut builder = BatchBuilder::new().producer(producer_id, ProducerEpoch(0), Sequence::NONE);
    builder.push(NOW, &VALUE);
    let missing = Refusal::Sequence {
        producer_id,
        sequence: Sequence::NONE,
    };
    assert_eq!(refusal(&builder.finish(), &POLICY), missing);
}

#[test]
fn compacted_topics_want_keys() {
    let compacted = Policy {
        compacted: true,
        ..POLICY
    };
    for codec in Codec::ALL {
        let bytes = batch_at(&vec![NOW.0; 100], codec);
        let Refusal::Records(errors) = refusal(&bytes, &compacted) else {
            panic!("refused for its records");
        };
        assert_eq!((errors.total, errors.first.len()), (100, RECORD_ERRORS_MAX));
        assert_eq!(errors.first[63].index, 63);
        assert!(
            errors
                .first
                .iter()
                .all(|error| error.wrong == RecordWrong::MissingKey)
        );
        assert!(!errors.any_timestamp);
        let text = errors.to_string();
        assert!(text.contains("due to 100 record errors in total"), "{text}");
    }
}

#[test]
fn timestamps_must_lie_around_now() {
    let policy = Policy {
        before_max_ms: 1000,
        ..POLICY
    };
    for codec in Codec::ALL {
        let edges = [NOW.0 - 1000, NOW.0 + HOUR_MS, -1];
        let good = batch_at(&edges, codec);
        assert!(check(&BatchView::parse(&good).expect("whole"), &policy, NOW).is_ok());
        for wrong in [NOW.0 - 1001, NOW.0 + HOUR_MS + 1, -2, 0, i64::MIN, i64::MAX] {
            let bytes = batch_at(&[NOW.0, wrong], codec);
            let Refusal::Records(errors) = refusal(&bytes, &policy) else {
                panic!("refused for its records");
            };
            assert!(errors.any_timestamp && errors.total == 1, "{wrong}");
            assert_eq!(errors.first[0].index, 1);
            let range = RecordWrong::TimestampOutOfRange {
                found: Timestamp(wrong),
                offset: Offset(1),
                earliest: Timestamp(NOW.0 - 1000),
                latest: Timestamp(NOW.0 + HOUR_MS),
            };
            assert_eq!(errors.first[0].wrong, range);
        }
    }
}

#[test]
fn a_wrong_max_timestamp_is_corrected_as_kafka_does() {
    let mut bytes = batch_at(&[NOW.0 - 3, NOW.0 - 7], Codec::None);
    stamp_timestamps(&mut bytes, TimestampType::CreateTime, Timestamp(NOW.0 + 99));
    let facts = check(&BatchView::parse(&bytes).expect("whole"), &POLICY, NOW);
    let facts = facts.expect("a lie that only costs a checksum");
    assert!(facts.restamp);
    assert_eq!(facts.max_timestamp, Timestamp(NOW.0 - 3));
    stamp_timestamps(&mut bytes, facts.timestamp_type, facts.max_timestamp);
    let facts = check(&BatchView::parse(&bytes).expect("whole"), &POLICY, NOW);
    assert!(!facts.expect("corrected").restamp);
}

#[test]
fn attribute_bits_without_a_meaning_go_when_the_checksum_is_renewed_anyway() {
    let mut bytes = edit(&batch_at(&[NOW.0], Codec::None), 21, &[0x20, 0x90]);
    let before = bytes.clone();
    stamp_timestamps(&mut bytes, TimestampType::CreateTime, NOW);
    assert_eq!(bytes, before);
    stamp_timestamps(&mut bytes, TimestampType::LogAppendTime, NOW);
    let batch = BatchView::parse(&bytes).expect("whole");
    assert!(batch.crc_is_valid() && batch.is_transactional());
    assert_eq!(batch.attributes().0, 0x18);
}

#[test]
fn log_append_time_takes_any_timestamp_but_not_the_claim() {
    let policy = Policy {
        timestamp_type: TimestampType::LogAppendTime,
        before_max_ms: 0,
        after_max_ms: 0,
        ..POLICY
    };
    let mut bytes = batch_at(&[5, i64::MAX, -1], Codec::None);
    let facts = check(&BatchView::parse(&bytes).expect("whole"), &policy, NOW);
    let facts = facts.expect("any timestamp");
    assert_eq!((facts.max_timestamp, facts.restamp), (NOW, true));
    assert_eq!(facts.timestamp_type, TimestampType::LogAppendTime);
    stamp_timestamps(&mut bytes, facts.timestamp_type, facts.max_timestamp);
    let batch = BatchView::parse(&bytes).expect("whole");
    assert!(batch.crc_is_valid());
    assert_eq!(batch.timestamp_of(123), NOW);
    let Refusal::Records(errors) = refusal(&bytes, &policy) else {
        panic!("refused for its records");
    };
    assert_eq!(errors.first[0].wrong, RecordWrong::TimestampType);
    assert_eq!((errors.total, errors.any_timestamp), (3, true));
}

#[test]
fn recompression_keeps_producer_and_times_and_obeys_the_size_limit() {
    let mut builder = BatchBuilder::new().producer(ProducerId(9), ProducerEpoch(1), Sequence(40));
    for at in 0..50 {
        builder.push(Timestamp(NOW.0 - at), &VALUE);
    }
    let bytes = builder.transactional().finish();
    let batch = BatchView::parse(&bytes).expect("whole");
    let append_time = Policy {
        timestamp_type: TimestampType::LogAppendTime,
        ..POLICY
    };
    let facts = check(&batch, &append_time, NOW).expect("a good batch");
    let target = Compression::of(Codec::Zstd);
    let (stored, facts) = recompress(&batch, &facts, target, 10_000).expect("small");
    assert!(stored.len() < bytes.len());
    assert_eq!((facts.size as usize, facts.restamp), (stored.len(), false));
    let stored = BatchView::parse(&stored).expect("whole");
    assert!(stored.crc_is_valid() && stored.is_transactional());
    assert_eq!(stored.last_sequence(), Sequence(89));
    assert_eq!(stored.timestamp_of(0), NOW);
    assert_eq!(stored.base_timestamp(), batch.base_timestamp());
    let refused = recompress(&stored, &facts, Compression::NONE, bytes.len() - 1);
    let max = bytes.len() - 1;
    assert_eq!(
        refused.map(drop),
        Err(Refusal::TooLarge {
            size: bytes.len(),
            max
        })
    );
}
