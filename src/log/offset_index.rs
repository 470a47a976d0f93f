use super::index_file::{last_not_past, used_entries};

/// The sparse offset index of one segment, held as the bytes of its `.index` file.
///
/// ```text
/// entry   last offset of a batch - segment base   u32 big-endian
///         byte position of that batch             u32 big-endian
/// ```
///
/// One entry follows after more than `index.interval.bytes` of log (`OffsetIndex`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OffsetIndex {
    bytes: Vec<u8>,
}

const ENTRY_BYTES: usize = 8;

impl OffsetIndex {
    /// Reads a file. `None` when it cannot be the index of a segment of `segment_bytes`: its size
    /// is no multiple of 8, or offsets or positions do not grow. Zeros at the end are room that
    /// was reserved ahead and are left out.
    pub fn parse(file: &[u8], segment_bytes: u32) -> Option<OffsetIndex> {
        let entries = used_entries(file, ENTRY_BYTES)?;
        let mut last: Option<(u32, u32)> = None;
        for (relative, position) in entries.chunks_exact(ENTRY_BYTES).map(decode) {
            let grows = last.is_none_or(|last| relative > last.0 && position > last.1);
            if !grows || position >= segment_bytes || relative > i32::MAX as u32 {
                return None;
            }
            last = Some((relative, position));
        }
        Some(OffsetIndex {
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

    pub(super) fn is_full(&self, index_bytes: u32) -> bool {
        self.bytes.len() + ENTRY_BYTES > index_bytes as usize
    }

    pub(super) fn push(&mut self, relative: u32, position: u32) {
        debug_assert!(
            self.last()
                .is_none_or(|last| last.0 < relative && last.1 < position)
        );
        self.bytes.extend_from_slice(&relative.to_be_bytes());
        self.bytes.extend_from_slice(&position.to_be_bytes());
    }

    /// Relative last offset and position of the last batch that has an entry.
    pub fn last(&self) -> Option<(u32, u32)> {
        self.bytes.chunks_exact(ENTRY_BYTES).next_back().map(decode)
    }

    /// Where to begin to scan for `relative`: the position of the last indexed batch that ends at
    /// or before it, else 0.
    pub fn lookup(&self, relative: u32) -> u32 {
        let found = last_not_past(self.entries(), |n| self.entry(n).0 > relative);
        found.map_or(0, |n| self.entry(n).1)
    }

    /// Relative last offset and position of entry `n`, counted from 0.
    pub fn entry(&self, n: usize) -> (u32, u32) {
        decode(&self.bytes[n * ENTRY_BYTES..][..ENTRY_BYTES])
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }
}

fn decode(entry: &[u8]) -> (u32, u32) {
    let word = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&entry[at..at + 4]);
        u32::from_be_bytes(bytes)
    };
    (word(0), word(4))
}
