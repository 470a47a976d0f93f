use super::index_file::{last_not_past, used_entries};
use crate::model::Timestamp;

/// The time index of one segment, held as the bytes of its `.timeindex` file.
///
/// ```text
/// entry   largest timestamp so far                                i64 big-endian
///         last offset of the batch that holds it - segment base   u32 big-endian
/// ```
///
/// Both grow from entry to entry. An entry is tried wherever the offset index gets one, and once
/// more when the segment closes (`TimeIndex`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TimeIndex {
    bytes: Vec<u8>,
}

const ENTRY_BYTES: usize = 12;

impl TimeIndex {
    /// Reads a file; `None` when it cannot be a time index. Zeros at the end are room that was
    /// reserved ahead and are left out.
    pub fn parse(file: &[u8]) -> Option<TimeIndex> {
        let entries = used_entries(file, ENTRY_BYTES)?;
        let mut last: Option<(Timestamp, u32)> = None;
        for (timestamp, relative) in entries.chunks_exact(ENTRY_BYTES).map(decode) {
            let grows = last.is_none_or(|last| timestamp > last.0 && relative >= last.1);
            if !grows || timestamp < Timestamp(0) || relative > i32::MAX as u32 {
                return None;
            }
            last = Some((timestamp, relative));
        }
        Some(TimeIndex {
            bytes: entries.to_vec(),
        })
    }

    /// The whole file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn entries(&self) -> usize {
        self.bytes.len() / ENTRY_BYTES
    }

    /// One entry early: the closing entry must still find room.
    pub(super) fn is_full(&self, index_bytes: u32) -> bool {
        self.bytes.len() + 2 * ENTRY_BYTES > index_bytes as usize
    }

    /// Adds an entry unless the timestamp is no later than the last one.
    pub(super) fn maybe_push(&mut self, timestamp: Timestamp, relative: u32) {
        let last = self.last().map_or(Timestamp::NONE, |last| last.0);
        if timestamp > last {
            self.bytes.extend_from_slice(&timestamp.0.to_be_bytes());
            self.bytes.extend_from_slice(&relative.to_be_bytes());
        }
    }

    /// Timestamp and relative offset of the last entry.
    pub fn last(&self) -> Option<(Timestamp, u32)> {
        self.bytes.chunks_exact(ENTRY_BYTES).next_back().map(decode)
    }

    /// The relative offset from which to look for `timestamp`: that of the last entry at or
    /// before it, else 0.
    pub fn lookup(&self, timestamp: Timestamp) -> u32 {
        let found = last_not_past(self.entries(), |n| self.entry(n).0 > timestamp);
        found.map_or(0, |n| self.entry(n).1)
    }

    /// Timestamp and relative offset of entry `n`, counted from 0.
    pub fn entry(&self, n: usize) -> (Timestamp, u32) {
        decode(&self.bytes[n * ENTRY_BYTES..][..ENTRY_BYTES])
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }
}

fn decode(entry: &[u8]) -> (Timestamp, u32) {
    let (timestamp, relative) = entry.split_at(8);
    let mut wide = [0; 8];
    wide.copy_from_slice(timestamp);
    let mut narrow = [0; 4];
    narrow.copy_from_slice(relative);
    (
        Timestamp(i64::from_be_bytes(wide)),
        u32::from_be_bytes(narrow),
    )
}
