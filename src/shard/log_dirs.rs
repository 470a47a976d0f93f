//! The log directories of a node. All shards share them, so that what one finds broken is broken
//! for all.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::space::Space;
use crate::config::DirectoryPolicy;
use crate::model::Uuid;

/// One log directory. A partition knows its own.
#[derive(Debug)]
pub struct LogDir {
    /// Its place among the directories of the node.
    pub index: usize,
    /// Absolute, as DescribeLogDirs shows it: a relative path says nothing to a client elsewhere.
    pub path: PathBuf,
    pub(super) space: Space,
    id: OnceLock<Uuid>,
    failure: OnceLock<String>,
    /// Everybody was told of the failure.
    announced: AtomicBool,
    strikes: AtomicUsize,
}

impl LogDir {
    /// Its identity, of `meta.properties`; the zero id for one whose file could not be read.
    pub fn id(&self) -> Uuid {
        self.id.get().copied().unwrap_or(Uuid::ZERO)
    }

    /// To be told once, at boot.
    pub fn set_id(&self, id: Uuid) {
        let set = self.id.set(id);
        assert!(set.is_ok(), "a directory is identified once");
    }

    /// Why it is offline; `None` while it serves.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    pub fn is_online(&self) -> bool {
        self.failure.get().is_none()
    }

    /// Takes it offline until the process ends. Says whether it was online.
    pub fn fail(&self, cause: String) -> bool {
        self.failure.set(cause).is_ok()
    }

    pub(super) fn announce(&self) {
        self.announced.store(true, Ordering::Relaxed);
    }

    pub(super) fn was_announced(&self) -> bool {
        self.announced.load(Ordering::Relaxed)
    }

    /// Counts a write that failed; gives how many there were.
    pub(super) fn strike(&self) -> usize {
        self.strikes.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A file or directory of it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }
}

/// All log directories of a node.
#[derive(Debug)]
pub struct LogDirs {
    all: Vec<Arc<LogDir>>,
    /// So many of the first hold partitions; one more may be there for the metadata log alone.
    logs: usize,
    metadata: usize,
}

impl LogDirs {
    pub fn new(policy: &DirectoryPolicy) -> LogDirs {
        let paths = policy.all();
        let metadata = paths.iter().position(|path| *path == policy.metadata);
        let directory = |(index, path): (usize, PathBuf)| LogDir {
            index,
            path: std::path::absolute(&path).unwrap_or(path),
            space: Space::unknown(),
            id: OnceLock::new(),
            failure: OnceLock::new(),
            announced: AtomicBool::new(false),
            strikes: AtomicUsize::new(0),
        };
        let all = paths.into_iter().enumerate().map(directory).map(Arc::new);
        LogDirs {
            all: all.collect(),
            logs: policy.logs.len(),
            metadata: metadata.expect("all directories contain that of the metadata log"),
        }
    }

    /// Where the metadata log lies.
    pub fn metadata(&self) -> &Arc<LogDir> {
        &self.all[self.metadata]
    }

    /// Those that hold partitions, in the order of the settings.
    pub fn logs(&self) -> &[Arc<LogDir>] {
        &self.all[..self.logs]
    }

    pub fn all(&self) -> &[Arc<LogDir>] {
        &self.all
    }

    /// Those that work, for partitions or the metadata log.
    pub fn online(&self) -> impl Iterator<Item = &Arc<LogDir>> {
        self.all.iter().filter(|dir| dir.is_online())
    }

    /// Ids of those that work and hold partitions, as the node registers them.
    pub fn online_ids(&self) -> Vec<Uuid> {
        let online = self.logs().iter().filter(|dir| dir.is_online());
        online.map(|dir| dir.id()).collect()
    }

    /// The directory of partitions with this id.
    pub fn by_id(&self, id: Uuid) -> Option<&Arc<LogDir>> {
        self.logs().iter().find(|dir| dir.id() == id)
    }

    /// Whether a node can go on: not without its metadata log, nor without any directory.
    pub fn suffice(&self) -> bool {
        self.metadata().is_online() && self.logs().iter().any(|dir| dir.is_online())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dirs(logs: &[&str], metadata: &str) -> LogDirs {
        LogDirs::new(&DirectoryPolicy {
            logs: logs.iter().map(PathBuf::from).collect(),
            metadata: metadata.into(),
        })
    }

    #[test]
    fn the_metadata_directory_may_be_one_of_the_others_or_stand_apart() {
        let shared = dirs(&["/a", "/b"], "/b");
        assert_eq!((shared.all().len(), shared.metadata().index), (2, 1));
        let apart = dirs(&["/a", "/b"], "/c");
        assert_eq!((apart.all().len(), apart.metadata().index), (3, 2));
        assert_eq!(apart.logs().len(), 2);
    }

    #[test]
    fn a_node_goes_on_while_the_metadata_and_one_directory_of_partitions_work() {
        let apart = dirs(&["/a", "/b"], "/c");
        assert!(apart.all()[0].fail("gone".into()));
        assert!(!apart.all()[0].fail("gone again".into()));
        assert!(apart.suffice());
        apart.all()[1].fail("gone too".into());
        assert!(!apart.suffice());
        let shared = dirs(&["/a", "/b"], "/a");
        shared.metadata().fail("gone".into());
        assert!(!shared.suffice());
    }
}
