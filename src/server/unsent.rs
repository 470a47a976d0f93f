//! Memory that answers hold until their clients have read them.

use std::cell::Cell;
use std::rc::Rc;

/// Bytes in memory that the unsent answers of one shard may hold before fetches get smaller
/// answers: one batch of records each, in the end. Ranges of files do not count.
pub const UNSENT_BYTES_PER_SHARD: usize = 128 << 20;

/// Counts the bytes that one shard's unsent answers hold.
#[derive(Debug, Clone, Default)]
pub struct Unsent(Rc<Cell<usize>>);

/// Bytes of one answer, counted until this is dropped.
#[derive(Debug)]
pub struct Held {
    bytes: usize,
    unsent: Unsent,
}

impl Unsent {
    pub fn hold(&self, bytes: usize) -> Held {
        self.0.set(self.0.get() + bytes);
        Held {
            bytes,
            unsent: self.clone(),
        }
    }

    /// Bytes that another answer may add.
    pub fn room(&self) -> usize {
        UNSENT_BYTES_PER_SHARD.saturating_sub(self.0.get())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.unsent.0.set(self.unsent.0.get() - self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{UNSENT_BYTES_PER_SHARD, Unsent};

    #[test]
    fn what_is_held_takes_room_until_it_is_dropped() {
        let unsent = Unsent::default();
        let large = unsent.hold(UNSENT_BYTES_PER_SHARD - 10);
        let more = unsent.hold(30);
        assert_eq!(unsent.room(), 0);
        drop(large);
        assert_eq!(unsent.room(), UNSENT_BYTES_PER_SHARD - 30);
        drop(more);
        assert_eq!(unsent.room(), UNSENT_BYTES_PER_SHARD);
    }
}
