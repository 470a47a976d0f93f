//! Memory that answers hold until their clients have read them.

use std::cell::Cell;
use std::rc::Rc;

/// Counts the bytes in memory that one shard's unsent answers hold. There is a limit beyond which
/// fetches get smaller answers: one batch of records each, in the end. Ranges of files do not
/// count.
#[derive(Debug, Clone)]
pub struct Unsent {
    held: Rc<Cell<usize>>,
    bytes_max: usize,
}

/// Bytes of one answer, counted until this is dropped.
#[derive(Debug)]
pub struct Held {
    bytes: usize,
    unsent: Unsent,
}

impl Unsent {
    pub fn new(bytes_max: usize) -> Unsent {
        Unsent {
            held: Rc::default(),
            bytes_max,
        }
    }

    pub fn hold(&self, bytes: usize) -> Held {
        self.held.set(self.held.get() + bytes);
        Held {
            bytes,
            unsent: self.clone(),
        }
    }

    /// Bytes that another answer may add.
    pub fn room(&self) -> usize {
        self.bytes_max.saturating_sub(self.held.get())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = &self.unsent.held;
        held.set(held.get() - self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::Unsent;

    #[test]
    fn what_is_held_takes_room_until_it_is_dropped() {
        let unsent = Unsent::new(100);
        let large = unsent.hold(90);
        let more = unsent.hold(30);
        assert_eq!(unsent.room(), 0);
        drop(large);
        assert_eq!(unsent.room(), 70);
        drop(more);
        assert_eq!(unsent.room(), 100);
    }
}
