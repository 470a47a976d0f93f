//! Bytes that nobody in his right mind would send: seeded mutations of every vector, and noise.

use corelane::wire::api::fetch;
use corelane::wire::{Cursor, Incoming, Malformed, Message, REQUEST_ELEMENTS_MAX, fuzz};
use fastrand::Rng;

use crate::allocation::{allowance, during};
use crate::bodies::{Body, key_of};
use crate::vectors::{Kind, Vector, of_kind};

const MUTANTS_PER_VECTOR: u64 = 16;
const SEED: u64 = 0x636f_7265;

/// Numbers that have broken decoders before, as counts, lengths or varints.
const EDGES: [&[u8]; 6] = [
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0x80, 0x00, 0x00, 0x00],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    &[0x00, 0x01, 0x00, 0x00],
];

fn mutate(bytes: &mut Vec<u8>, dice: &mut Rng) {
    for _ in 0..dice.usize(1..4) {
        if bytes.is_empty() {
            return;
        }
        let at = dice.usize(0..bytes.len());
        match dice.u8(0..5) {
            0 => bytes[at] = dice.u8(..),
            1 => bytes[at] ^= 1 << dice.u8(0..8),
            2 => {
                let edge = EDGES[dice.usize(0..EDGES.len())];
                let end = bytes.len().min(at + edge.len());
                bytes.splice(at..end, edge.iter().copied());
            }
            3 => bytes.truncate(at),
            _ => drop(bytes.drain(at..bytes.len().min(at + dice.usize(1..9)))),
        }
    }
}

/// Mutants of the vectors of one kind, every one with the seed that makes it again.
fn for_each_mutant(kind: Kind, mut judge: impl FnMut(&Vector, &[u8], u64)) {
    for (at, vector) in of_kind(kind).iter().enumerate() {
        for mutant in 0..MUTANTS_PER_VECTOR {
            let seed = SEED + at as u64 * MUTANTS_PER_VECTOR + mutant;
            let mut bytes = vector.bytes.clone();
            mutate(&mut bytes, &mut Rng::with_seed(seed));
            judge(vector, &bytes, seed);
        }
    }
}

#[test]
fn mutated_bodies_are_refused_or_read_within_their_allowance() {
    for_each_mutant(Kind::Body, |vector, bytes, seed| {
        let Some(key) = key_of(vector) else { return };
        let version = vector.number("version");
        let mut cursor = Cursor::new(bytes);
        let kind = vector.text("kind");
        let (_, allocated) = during(|| drop(Body::decode(key, kind, &mut cursor, version)));
        assert!(
            allocated <= allowance(bytes.len()),
            "{}, seed {seed}: {} bytes allocate {allocated}",
            vector.place(),
            bytes.len()
        );
        let prefix = [key.number().to_be_bytes(), version.to_be_bytes()].concat();
        match kind {
            "request" => fuzz::request(&[&prefix, &[0, 0, 0, 1, 0xff, 0xff][..], bytes].concat()),
            _ => fuzz::response(&[&prefix, bytes].concat()),
        }
    });
}

#[test]
fn mutated_frames_and_records_are_refused_or_read() {
    for_each_mutant(Kind::Frame, |_, bytes, _| {
        fuzz::stream(bytes);
        fuzz::request(bytes.get(4..).unwrap_or(&[]));
    });
    for_each_mutant(Kind::MetadataRecord, |_, bytes, _| {
        fuzz::metadata_record(bytes)
    });
}

/// Tags that an older build knows nothing of may stand before, between and after the known ones.
#[test]
fn unknown_tags_of_any_number_are_written_back_in_order() {
    // A Fetch request of version 17 whose cluster id (tag 0) and replica state (tag 1) are set.
    let mut bytes = vec![0; 21];
    bytes.extend([1, 1, 1]);
    bytes.extend([
        4, 0, 2, 2, b'c', 1, 13, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9, 0,
    ]);
    bytes.extend([2, 1, 0xaa, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0xbb]);
    let mut cursor = Cursor::new(&bytes);
    let body = fetch::Request::decode(&mut cursor, 17).unwrap();
    let unknown: Vec<_> = body.unknown_tagged_fields.iter().collect();
    assert_eq!(unknown, [(2, &[0xaa][..]), (u32::MAX, &[0xbb][..])]);
    assert_eq!(body.to_output(17).unwrap().head, bytes);
}

/// Two bytes of a request become a struct of a hundred, so their number has a limit.
#[test]
fn elements_of_a_request_are_counted_across_its_arrays() {
    let topics = REQUEST_ELEMENTS_MAX as i32;
    let metadata = |topics: i32| {
        let header = [0, 3, 0, 4, 0, 0, 0, 7, 0xff, 0xff];
        let names = vec![0; 2 * topics as usize];
        [&header[..], &topics.to_be_bytes(), &names, &[0]].concat()
    };
    let (most, more) = (metadata(topics), metadata(topics + 1));
    let read = |frame| -> Result<usize, Malformed> {
        let mut incoming = Incoming::parse(frame).unwrap();
        let body: corelane::wire::api::metadata::Request<'_> = incoming.decode()?;
        Ok(body.topics.map_or(0, |topics| topics.len()))
    };
    assert_eq!(read(&most), Ok(REQUEST_ELEMENTS_MAX));
    let (refused, allocated) = during(|| read(&more));
    assert_eq!((refused, allocated), (Err(Malformed::Elements), 0));
}

#[test]
fn noise_is_refused_or_read() {
    let mut dice = Rng::with_seed(SEED);
    for _ in 0..20_000 {
        let mut bytes = vec![0; dice.usize(0..200)];
        dice.fill(&mut bytes);
        if let Some(key) = bytes.first_chunk_mut::<4>() {
            *key = [0, dice.u8(0..95), 0, dice.u8(0..14)];
        }
        fuzz::request(&bytes);
        fuzz::response(&bytes);
        fuzz::metadata_record(&bytes);
    }
}
