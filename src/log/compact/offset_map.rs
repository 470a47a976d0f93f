use sha2::{Digest, Sha256};

use crate::model::Offset;

/// Bytes that one key takes, whatever its length.
pub const SLOT_BYTES: usize = HASH_BYTES + 8;

const HASH_BYTES: usize = 16;

/// Tenths of the slots that are used before the map counts as full.
const LOAD_TENTHS: usize = 9;

type Slot = [u8; SLOT_BYTES];

/// The last offset of every key of a part of a log, in bounded memory (`SkimpyOffsetMap`).
///
/// ```text
/// slot   first 16 bytes of the key's SHA-256
///        offset + 1     u64 big-endian, 0: the slot is free
/// ```
///
/// Keys are not kept. Two keys with one hash would lose a record, so the hash has to withstand
/// those who choose keys: Kafka takes MD5, for which collisions can be made at will. Finding one
/// in 128 bits of SHA-256 takes 2^64 tries.
#[derive(Clone, Debug)]
pub struct OffsetMap {
    slots: Vec<Slot>,
    used: usize,
    used_max: usize,
    /// One past the last offset that the map speaks for.
    end: Offset,
}

impl OffsetMap {
    /// Room for `records` keys in at most `bytes_max` bytes, but for one key at least. It speaks
    /// for nothing yet: everything below `from` was compacted before.
    pub fn new(records: u64, bytes_max: usize, from: Offset) -> OffsetMap {
        let wanted = usize::try_from(records).unwrap_or(usize::MAX);
        let wanted = wanted.saturating_add(1).saturating_mul(10) / LOAD_TENTHS + 1;
        let slots = wanted.min(bytes_max / SLOT_BYTES).max(2);
        OffsetMap {
            slots: vec![[0; SLOT_BYTES]; slots],
            used: 0,
            used_max: (slots * LOAD_TENTHS / 10).max(1),
            end: from,
        }
    }

    /// Notes a later record of a key; false when the key is new and there is no room for it.
    pub fn put(&mut self, key: &[u8], offset: Offset) -> bool {
        let hash = hash(key);
        let at = self.find(&hash);
        let slot = &mut self.slots[at];
        if is_free(slot) {
            if self.used == self.used_max {
                return false;
            }
            self.used += 1;
            slot[..HASH_BYTES].copy_from_slice(&hash);
        }
        slot[HASH_BYTES..].copy_from_slice(&stored(offset));
        true
    }

    /// The last offset of a key; `None` when it did not occur.
    pub fn get(&self, key: &[u8]) -> Option<Offset> {
        let slot = &self.slots[self.find(&hash(key))];
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&slot[HASH_BYTES..]);
        let stored = i64::from_be_bytes(bytes);
        (stored > 0).then(|| Offset(stored - 1))
    }

    /// The map now speaks for everything below `end`.
    pub fn reach(&mut self, end: Offset) {
        self.end = self.end.max(end);
    }

    /// One past the last offset that it speaks for: what lies there or later is kept.
    pub fn end(&self) -> Offset {
        self.end
    }

    pub fn keys(&self) -> usize {
        self.used
    }

    /// The slot of a hash, or the free one where it would go. There is always a free one.
    fn find(&self, hash: &[u8; HASH_BYTES]) -> usize {
        let mut start = [0; 8];
        start.copy_from_slice(&hash[..8]);
        let mut at = (u64::from_be_bytes(start) % self.slots.len() as u64) as usize;
        loop {
            let slot = &self.slots[at];
            if is_free(slot) || slot[..HASH_BYTES] == hash[..] {
                return at;
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }
}

fn hash(key: &[u8]) -> [u8; HASH_BYTES] {
    let mut short = [0; HASH_BYTES];
    short.copy_from_slice(&Sha256::digest(key)[..HASH_BYTES]);
    short
}

fn is_free(slot: &Slot) -> bool {
    slot[HASH_BYTES..] == [0; 8]
}

/// Offsets end below 2^63 - 1: an append that would reach it is refused.
fn stored(offset: Offset) -> [u8; 8] {
    offset.plus(1).0.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_offset_of_a_key_wins_and_room_is_bounded() {
        let mut map = OffsetMap::new(1000, 10 * SLOT_BYTES, Offset(7));
        assert_eq!((map.end(), map.get(b"a")), (Offset(7), None));
        for n in 0..9 {
            assert!(map.put(&[n], Offset(n.into())));
        }
        assert!(!map.put(b"tenth", Offset(9)), "nine of ten slots are used");
        assert!(map.put(&[3], Offset(10)), "a known key needs no room");
        assert_eq!(map.get(&[3]), Some(Offset(10)));
        assert_eq!(map.get(&[8]), Some(Offset(8)));
        assert_eq!((map.get(b"tenth"), map.keys()), (None, 9));
    }

    #[test]
    fn a_map_is_no_larger_than_its_records_need() {
        assert!(OffsetMap::new(9, 1 << 30, Offset::ZERO).slots.len() < 20);
        assert!(OffsetMap::new(0, 0, Offset::ZERO).put(b"k", Offset::ZERO));
    }
}
