//! The indexes of closed segments that readers asked for: no more than the shard's part of memory.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::Shard;
use super::open_files::Key;

/// What was loaded, so that the oldest goes when there is too much.
#[derive(Debug)]
pub struct LoadedIndexes {
    bytes_max: usize,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: usize,
    /// The oldest first. Those that went for another reason are still counted.
    loaded: VecDeque<(Key, usize)>,
}

impl LoadedIndexes {
    pub fn new(bytes_max: usize) -> LoadedIndexes {
        LoadedIndexes {
            bytes_max,
            state: RefCell::default(),
        }
    }

    /// The indexes of a segment were read into so many bytes; 0 when they were there already.
    pub fn note(&self, key: Key, bytes: usize) {
        if bytes > 0 {
            let mut state = self.state.borrow_mut();
            state.bytes += bytes;
            state.loaded.push_back((key, bytes));
        }
    }

    /// One that has to go. The newest never has: whoever asked for it is about to use it.
    fn excess(&self) -> Option<Key> {
        let mut state = self.state.borrow_mut();
        if state.bytes <= self.bytes_max || state.loaded.len() < 2 {
            return None;
        }
        let (key, bytes) = state.loaded.pop_front()?;
        state.bytes -= bytes;
        Some(key)
    }
}

impl Shard {
    /// Lets the oldest indexes go while there are too many. They are read again when needed.
    pub(super) fn sweep_indexes(&self) {
        while let Some((id, segment)) = self.indexes.excess() {
            if let Some(partition) = self.partition(id) {
                partition.drop_index(segment);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LoadedIndexes;
    use crate::model::{Offset, PartitionId};

    #[test]
    fn the_oldest_go_and_the_newest_stays_whatever_its_size() {
        let indexes = LoadedIndexes::new(100);
        let key = |segment| {
            let id = PartitionId {
                topic: Default::default(),
                index: 0,
            };
            (id, Offset(segment))
        };
        for (segment, bytes) in [(0, 40), (1, 0), (2, 60)] {
            indexes.note(key(segment), bytes);
        }
        assert_eq!(indexes.excess(), None);
        indexes.note(key(3), 500);
        let gone: Vec<_> = std::iter::from_fn(|| indexes.excess()).collect();
        assert_eq!(gone, [key(0), key(2)]);
        indexes.note(key(4), 1);
        assert_eq!(indexes.excess(), Some(key(3)));
        assert_eq!(indexes.excess(), None);
    }
}
