use corelane::model::Timestamp;
use corelane::records::{
    BatchBuilder, BatchView, Codec, HEADER_BYTES, Malformed, NewRecord, Policy, RecordFault,
    Records, Refusal, TimestampType, check, crc32c, fuzz, only_batch,
};

use super::vectors;
use crate::allocation::during;

const ANY_TIME: Policy = Policy {
    max_message_bytes: usize::MAX,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: i64::MAX,
    compacted: false,
};

/// Makes a hostile batch look honest from outside: offset 0, true length, true checksum.
fn dress_up(batch: &mut [u8]) {
    let length = (batch.len() - 12) as i32;
    batch[..8].fill(0);
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
}

fn plain_batch() -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for value in ["one", "two", "three"] {
        let record = NewRecord {
            value: Some(value.as_bytes()),
            ..NewRecord::default()
        };
        builder.push(Timestamp(1), &record);
    }
    builder.finish()
}

#[test]
fn every_cut_of_every_vector_is_refused() {
    for vector in vectors::all() {
        for cut in 0..vector.bytes.len() {
            let refused = BatchView::parse(&vector.bytes[..cut]).map(drop);
            match refused {
                Err(Malformed::Truncated { needed, available }) => {
                    assert_eq!(available, cut);
                    assert!(needed > cut, "{} at {cut}", vector.case);
                }
                Err(Malformed::Magic(0 | 1)) => assert!(vector.is_legacy()),
                other => panic!("{} cut at {cut}: {other:?}", vector.case),
            }
        }
    }
}

#[test]
fn every_cut_of_the_records_is_refused_though_length_and_checksum_agree() {
    for vector in vectors::current().filter(|vector| vector.has_records()) {
        for cut in HEADER_BYTES..vector.bytes.len() {
            let mut bytes = vector.bytes[..cut].to_vec();
            dress_up(&mut bytes);
            let batch = only_batch(Some(&bytes)).expect("whole by its length");
            assert!(batch.crc_is_valid());
            let refused = check(&batch, &ANY_TIME, Timestamp(0));
            assert!(refused.is_err(), "{} cut at {cut}", vector.case);
        }
    }
}

#[test]
fn a_byte_after_the_records_is_refused() {
    for vector in vectors::current().filter(|vector| vector.has_records()) {
        let mut bytes = vector.bytes.clone();
        bytes.push(0);
        dress_up(&mut bytes);
        let batch = only_batch(Some(&bytes)).expect("whole by its length");
        let refused = check(&batch, &ANY_TIME, Timestamp(0));
        assert!(refused.is_err(), "{}: {refused:?}", vector.case);
    }
}

#[test]
fn a_record_count_that_lies_costs_no_more_than_the_bytes() {
    let mut bytes = plain_batch();
    bytes[57..61].copy_from_slice(&i32::MAX.to_be_bytes());
    bytes[23..27].copy_from_slice(&(i32::MAX - 1).to_be_bytes());
    dress_up(&mut bytes);
    let batch = BatchView::parse(&bytes).expect("whole by its length");
    let refused = check(&batch, &ANY_TIME, Timestamp(0));
    let missing = |refusal: &Refusal| {
        let fault = RecordFault::Missing;
        matches!(refusal, Refusal::Malformed(Malformed::Record { fault: f, .. }) if *f == fault)
    };
    assert!(refused.as_ref().is_err_and(missing), "{refused:?}");
    assert!(batch.records().count() < 100);
}

#[test]
fn unknown_codecs_and_formats_are_named() {
    for magic in [-128, -1, 0, 1, 3, 127i8] {
        let mut bytes = plain_batch();
        bytes[16] = magic as u8;
        let refused = only_batch(Some(&bytes)).map(drop);
        assert_eq!(refused, Err(Refusal::Malformed(Malformed::Magic(magic))));
    }
    for id in 5..8u8 {
        let mut bytes = plain_batch();
        bytes[22] = bytes[22] & !7 | id;
        dress_up(&mut bytes);
        let batch = BatchView::parse(&bytes).expect("whole by its length");
        assert_eq!(batch.codec(), Err(Malformed::Codec(id)));
        let refused = check(&batch, &ANY_TIME, Timestamp(0));
        assert_eq!(refused, Err(Refusal::Malformed(Malformed::Codec(id))));
    }
}

#[test]
fn lengths_below_a_header_are_impossible() {
    for length in [i32::MIN, -1, 0, 13, 14, 48] {
        let mut bytes = plain_batch();
        bytes[8..12].copy_from_slice(&length.to_be_bytes());
        let refused = BatchView::parse(&bytes).map(drop);
        assert_eq!(refused, Err(Malformed::Length(length)));
    }
}

#[test]
fn no_bytes_at_all_panic() {
    let mut seeds = vec![plain_batch()];
    seeds.extend(vectors::all().iter().map(|vector| vector.bytes.clone()));
    let mut dice = fastrand::Rng::with_seed(0x5eed);
    for seed in &seeds {
        fuzz(seed);
        let mut honest = seed.clone();
        dress_up(&mut honest);
        fuzz(&honest);
    }
    for round in 0..4_000 {
        let mut bytes = seeds[dice.usize(..seeds.len())].clone();
        mutate(&mut bytes, &mut dice);
        // Without the true checksum few mutants get past the door; without lies the door
        // itself goes untested.
        if round % 4 != 0 && bytes.len() > HEADER_BYTES {
            dress_up(&mut bytes);
        }
        fuzz(&bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut fastrand::Rng) {
    for _ in 0..dice.usize(1..5) {
        let at = dice.usize(..bytes.len().max(1));
        match dice.u8(..6) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes.insert(at, dice.u8(..)),
            2 => drop(bytes.drain(at..(at + dice.usize(..8)).min(bytes.len()))),
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][dice.usize(..5)],
            4 => bytes[at] ^= 1 << dice.u8(..8),
            // The record area is larger than the header; aim at the header's edge too.
            _ => {
                let near = HEADER_BYTES.min(bytes.len() - 1);
                bytes[near] = dice.u8(..);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
}

#[test]
fn a_good_uncompressed_batch_is_checked_without_allocating() {
    let bytes = plain_batch();
    let batch = BatchView::parse(&bytes).expect("our own batch");
    let (checked, allocated) = during(|| check(&batch, &ANY_TIME, Timestamp(0)));
    assert!(checked.is_ok());
    assert_eq!(allocated, 0);
}

#[test]
fn random_records_panic_no_iterator() {
    let mut dice = fastrand::Rng::with_seed(0xbad);
    for _ in 0..2_000 {
        let mut bytes = vec![0; dice.usize(..64)];
        dice.fill(&mut bytes);
        let records = Records::new(&bytes, dice.i32(-2..40));
        assert!(records.take(200).count() < 100);
        for codec in Codec::ALL {
            let decoded = corelane::records::decompress(codec, &bytes, 1 << 20);
            assert!(decoded.is_err() || codec != Codec::None || decoded == Ok(bytes.clone()));
        }
    }
}
