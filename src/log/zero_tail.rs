use super::scan::Feed;
use crate::model::Offset;
use crate::records::BatchView;

/// What follows the last valid batch of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Only zeros: room that was reserved ahead. What every crash leaves, and no damage.
    Zeros,
    /// A batch that is not whole, and nothing valid after it: a write that the crash cut short.
    Torn,
    /// A broken batch, and a valid one further on: one write of which parts arrived, or rot.
    Hole,
}

/// The bytes after the last valid batch, as far as they are worth looking at.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// Zeros before the first other byte.
    zeros: u64,
    /// From a few zeros before the first other byte on.
    kept: Vec<u8>,
}

/// Bytes searched for a valid batch after a broken one. More than one write holds.
const KEPT_BYTES_MAX: usize = 4 << 20;
/// So many zeros are an end: nothing is written that far past the end of the log.
const ZEROS_ENOUGH_BYTES: u64 = 16 << 20;
/// The search may read so many bytes for checksums: content can be made to look like headers.
const CHECKED_BYTES_MAX: usize = 64 << 20;
/// A batch's base offset may begin with zeros.
const ZEROS_KEPT: usize = 8;

impl Tail {
    pub fn of(bytes: &[u8]) -> Tail {
        let mut tail = Tail::default();
        tail.feed(bytes);
        tail
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Feed {
        let mut rest = bytes;
        if self.kept.is_empty() {
            let zeros = leading_zeros(bytes);
            self.zeros += zeros as u64;
            rest = &bytes[zeros..];
            if rest.is_empty() {
                return match self.zeros >= ZEROS_ENOUGH_BYTES {
                    true => Feed::Enough,
                    false => Feed::More,
                };
            }
            let before = usize::try_from(self.zeros).unwrap_or(ZEROS_KEPT);
            self.kept.resize(before.min(ZEROS_KEPT), 0);
        }
        let room = KEPT_BYTES_MAX.saturating_sub(self.kept.len());
        let kept = rest.len().min(room);
        self.kept.extend_from_slice(&rest[..kept]);
        match kept == room {
            true => Feed::Enough,
            false => Feed::More,
        }
    }

    /// Judges the bytes after a valid prefix that ends at offset `end`.
    pub fn why(&self, end: Offset) -> Why {
        if self.kept.is_empty() {
            Why::Zeros
        } else if self.holds_valid_batch(end) {
            Why::Hole
        } else {
            Why::Torn
        }
    }

    fn holds_valid_batch(&self, end: Offset) -> bool {
        let mut budget = CHECKED_BYTES_MAX;
        for at in 0..self.kept.len() {
            let Ok((batch, _)) = BatchView::split_first(&self.kept[at..]) else {
                continue;
            };
            let distance = batch.base_offset().minus(end);
            if !(0..=i64::from(i32::MAX)).contains(&distance) {
                continue;
            }
            if batch.crc_is_valid() {
                return true;
            }
            match budget.checked_sub(batch.bytes().len()) {
                Some(left) => budget = left,
                None => return false,
            }
        }
        false
    }
}

/// Bytes before the first that is not zero; looks at whole words, for reserved room is large.
fn leading_zeros(bytes: &[u8]) -> usize {
    let chunks = bytes.chunks(64);
    let zero = |chunk: &&[u8]| chunk.iter().fold(0, |all, byte| all | byte) == 0;
    let whole = (chunks.take_while(zero).count() * 64).min(bytes.len());
    let rest = bytes[whole..].iter().take_while(|&&byte| byte == 0);
    whole + rest.count()
}
