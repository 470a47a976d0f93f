//! The check of closed segments: whatever bit flips under a checksum is found where it is.

use corelane::log::{BatchFault, Scrub};
use corelane::model::{LeaderEpoch, Offset, Timestamp};
use corelane::records::{BatchBuilder, NewRecord, stamp};

/// Five batches of three records each, at offset 100 and after, and where each begins.
fn segment() -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut starts) = (Vec::new(), Vec::new());
    for n in 0..5 {
        let mut builder = BatchBuilder::new();
        for m in 0..3 {
            let value = format!("record {m} of batch {n}");
            let record = NewRecord {
                value: Some(value.as_bytes()),
                ..NewRecord::default()
            };
            builder.push(Timestamp(1_000 + n), &record);
        }
        let mut batch = builder.finish();
        stamp(&mut batch, Offset(100 + n * 3), LeaderEpoch(1));
        starts.push(bytes.len());
        bytes.extend(batch);
    }
    (bytes, starts)
}

fn scrub(bytes: &[u8]) -> Scrub {
    Scrub::new(Offset(100)..Offset(115), bytes.len() as u64)
}

#[test]
fn a_sound_segment_has_nothing_to_find_however_it_is_sliced() {
    let (bytes, _) = segment();
    for size in [1, 7, 61, 100, bytes.len()] {
        let mut scrub = scrub(&bytes);
        let found = bytes.chunks(size).find_map(|slice| scrub.feed(slice));
        assert_eq!(found.or_else(|| scrub.end()), None, "slices of {size}");
    }
}

#[test]
fn every_bit_that_flips_under_a_checksum_is_found_in_its_batch() {
    let (bytes, starts) = segment();
    // From the attributes on, behind offset, length, epoch, magic and the checksum itself.
    for at in starts[2] + 21..starts[3] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        let mut scrub = scrub(&flipped);
        let broken = scrub.feed(&flipped).or_else(|| scrub.end());
        let broken = broken.unwrap_or_else(|| panic!("byte {at} flipped unnoticed"));
        assert_eq!(
            (broken.position, broken.offset),
            (starts[2] as u64, Offset(106))
        );
        scrub.resume(starts[3] as u64);
        assert_eq!(
            scrub.feed(&flipped[starts[3]..]).or_else(|| scrub.end()),
            None
        );
    }
}

#[test]
fn wrong_offsets_and_a_cut_end_are_found() {
    let (bytes, starts) = segment();
    let mut repeated = bytes.clone();
    stamp(&mut repeated[starts[3]..], Offset(106), LeaderEpoch(1));
    let broken = scrub(&repeated)
        .feed(&repeated)
        .expect("offsets that were there");
    assert!(
        matches!(broken.fault, BatchFault::Offsets { .. }),
        "{broken:?}"
    );
    let mut scrub = scrub(&bytes);
    assert_eq!(scrub.feed(&bytes[..bytes.len() - 1]), None);
    let broken = scrub.end().expect("the last batch is cut");
    assert_eq!(broken.position, starts[4] as u64);
}
