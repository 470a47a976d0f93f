//! The segment files that a shard holds open between uses: no more than its share.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::io::File;
use crate::model::{Offset, PartitionId};

/// Segment files may hold one in so many of the process's descriptors; connections, and files in
/// the middle of an operation, need the others.
const SHARE_OF_DESCRIPTORS: u64 = 8;

/// A file has a descriptor for direct I/O and, once a reader was sent from it, a buffered one.
const DESCRIPTORS_PER_FILE: u64 = 2;

/// More open files than this are of no use to a shard.
const FILES_MAX: u64 = 8192;

/// Fewer would be opened anew for every batch.
const FILES_MIN: u64 = 8;

/// Files that a shard keeps open, for a process that may have `descriptors` open and is divided
/// into `shards`. With 1,024 descriptors and two shards: 32.
pub fn files_max(descriptors: u64, shards: usize) -> usize {
    let share = descriptors / SHARE_OF_DESCRIPTORS / DESCRIPTORS_PER_FILE / shards as u64;
    share.clamp(FILES_MIN, FILES_MAX) as usize
}

/// A partition's segment, by the base offset in its file's name.
pub type Key = (PartitionId, Offset);

/// An open segment file.
#[derive(Clone, Debug)]
pub struct Opened {
    pub file: File,
    /// Bytes of disk space reserved.
    pub reserved: u64,
    pub writable: bool,
}

/// What is open, so that what was not used for the longest time closes when there is too much. A
/// file that is closed here stays open for whoever is using it.
pub struct OpenFiles {
    files_max: usize,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Counts uses; a file is found under the number of its last one.
    uses: u64,
    by_use: BTreeMap<u64, Key>,
    files: BTreeMap<Key, (u64, Opened)>,
}

impl OpenFiles {
    pub fn new(files_max: usize) -> OpenFiles {
        OpenFiles {
            files_max,
            state: RefCell::default(),
        }
    }

    pub fn files_max(&self) -> usize {
        self.files_max
    }

    /// The file, if it is open.
    pub fn find(&self, key: Key) -> Option<Opened> {
        self.state.borrow_mut().touch(key)
    }

    /// Keeps a file open until others are used more.
    pub fn keep(&self, key: Key, opened: Opened) {
        let state = &mut *self.state.borrow_mut();
        state.insert(key, opened);
        while state.files.len() > self.files_max {
            let Some((_, oldest)) = state.by_use.pop_first() else {
                break;
            };
            state.files.remove(&oldest);
        }
    }

    pub fn close(&self, key: Key) -> Option<Opened> {
        self.state.borrow_mut().remove(key)
    }

    /// Closes every file of a partition.
    pub fn close_all(&self, partition: PartitionId) {
        let state = &mut *self.state.borrow_mut();
        let of = (partition, Offset(i64::MIN))..=(partition, Offset(i64::MAX));
        let keys: Vec<Key> = state.files.range(of).map(|(key, _)| *key).collect();
        for key in keys {
            state.remove(key);
        }
    }

    /// Closes everything that nobody is using: the process has run out of descriptors.
    pub fn clear(&self) {
        *self.state.borrow_mut() = State::default();
    }

    pub fn count(&self) -> usize {
        self.state.borrow().files.len()
    }
}

impl State {
    fn touch(&mut self, key: Key) -> Option<Opened> {
        let (used, opened) = self.files.get_mut(&key)?;
        self.by_use.remove(used);
        self.uses += 1;
        *used = self.uses;
        self.by_use.insert(self.uses, key);
        Some(opened.clone())
    }

    fn insert(&mut self, key: Key, opened: Opened) {
        self.remove(key);
        self.uses += 1;
        self.by_use.insert(self.uses, key);
        self.files.insert(key, (self.uses, opened));
    }

    fn remove(&mut self, key: Key) -> Option<Opened> {
        let (used, opened) = self.files.remove(&key)?;
        self.by_use.remove(&used);
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_limit_and_stay_between_bounds() {
        assert_eq!(files_max(1024, 2), 32);
        assert_eq!(files_max(20, 64), 8);
        assert_eq!(files_max(u64::MAX, 1), 8192);
    }
}
