//! The memory that all tails of a shard share: the oldest bytes of any partition go first.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use super::partition::Partition;

/// Keeps the tails of a shard within a number of bytes.
pub struct TailRing {
    max_bytes: usize,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    bytes: usize,
    /// One entry for every piece that some tail holds, in the order in which they were added.
    pieces: VecDeque<(Weak<Partition>, usize)>,
}

impl TailRing {
    pub fn new(max_bytes: usize) -> TailRing {
        TailRing {
            max_bytes,
            state: RefCell::default(),
        }
    }

    /// Forgets pieces of partitions that have let go of their tails or are gone.
    pub fn sweep(&self) {
        let state = &mut *self.state.borrow_mut();
        let bytes = &mut state.bytes;
        state.pieces.retain(|(partition, pinned)| {
            let held = partition.upgrade().is_some_and(|p| p.has_tail());
            *bytes -= if held { 0 } else { *pinned };
            held
        });
        state.pieces.shrink_to_fit();
    }

    /// Notes pieces that were added to the tail of `partition`, with the memory each pins, and
    /// lets the oldest pieces of the shard go while there are too many bytes.
    pub fn account(&self, partition: &Rc<Partition>, pinned: Vec<usize>) {
        let mut state = self.state.borrow_mut();
        for bytes in pinned {
            state.bytes += bytes;
            state.pieces.push_back((Rc::downgrade(partition), bytes));
        }
        // Pieces that the files do not hold yet stay; those behind them wait for them.
        while state.bytes > self.max_bytes {
            let Some((partition, bytes)) = state.pieces.front() else {
                return;
            };
            let bytes = *bytes;
            if partition.upgrade().is_some_and(|owner| !owner.evict_tail()) {
                return;
            }
            state.bytes -= bytes;
            state.pieces.pop_front();
        }
    }
}
