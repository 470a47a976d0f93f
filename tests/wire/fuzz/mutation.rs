//! What becomes of honest bytes, by the dice of one seed.

use corelane::records::{HEADER_BYTES, crc32c};
use fastrand::Rng;

const BYTES_MAX: usize = 64 << 10;

/// Numbers that have broken decoders before, as counts, lengths or varints.
const EDGES: [&[u8]; 9] = [
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0x80, 0x00, 0x00, 0x00],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    &[0x00, 0x01, 0x00, 0x00],
    &[0x7f, 0xff],
    &[0x80, 0x00],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/// Bytes made of one of the honest ones, sometimes with a piece of another.
pub fn mutant(honest: &[Vec<u8>], dice: &mut Rng) -> Vec<u8> {
    let mut bytes = honest[dice.usize(..honest.len())].clone();
    for _ in 0..dice.usize(1..6) {
        let other = &honest[dice.usize(..honest.len())];
        change(&mut bytes, other, dice);
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Rng) {
    let at = dice.usize(..=bytes.len());
    let few = (at + dice.usize(..9)).min(bytes.len());
    match dice.u8(..9) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, dice.u8(..)),
        2 => drop(bytes.drain(at..few)),
        3 => drop(bytes.splice(at..few, EDGES[dice.usize(..EDGES.len())].iter().copied())),
        4 => {
            let from = dice.usize(..=other.len());
            let to = (from + dice.usize(..40)).min(other.len());
            drop(bytes.splice(at..few, other[from..to].iter().copied()));
        }
        5 => {
            let piece = bytes[at..few].to_vec();
            drop(bytes.splice(at..at, piece.into_iter().cycle().take(few - at)));
        }
        // Most numbers stand near the begin.
        6 => near_begin(bytes, dice),
        7 if at < bytes.len() => bytes[at] = dice.u8(..),
        _ if at < bytes.len() => bytes[at] ^= 1 << dice.u8(..8),
        _ => bytes.push(dice.u8(..)),
    }
}

fn near_begin(bytes: &mut [u8], dice: &mut Rng) {
    let near = bytes.len().min(80);
    if near > 0 {
        bytes[dice.usize(..near)] = [0, 1, 0x7f, 0x80, 0xff, dice.u8(..)][dice.usize(..6)];
    }
}

/// Gives a batch the length and checksum of its bytes, most of the time: few mutants get past
/// the door without them, and without lies the door goes untested.
pub fn dress_batch(bytes: &mut [u8], dice: &mut Rng) {
    if bytes.len() < HEADER_BYTES || dice.u8(..4) == 0 {
        return;
    }
    let length = (bytes.len() - 12) as i32;
    bytes[..8].fill(0);
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    bytes[16] = 2;
    let crc = crc32c(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
}

/// Gives a producer snapshot the checksum of its bytes.
pub fn dress_snapshot(bytes: &mut [u8]) {
    if bytes.len() > 6 {
        let crc = crc32c(&bytes[6..]);
        bytes[2..6].copy_from_slice(&crc.to_be_bytes());
    }
}
