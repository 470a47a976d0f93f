//! What ends a partition's service for good.

use std::io;
use std::path::PathBuf;

use crate::model::Offset;

/// A latched fault. A partition that met one refuses every request until the process is started
/// again and recovery has looked at the disk: after a failed sync the kernel may have thrown the
/// dirty pages away, so asking again could succeed without anything being on the disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("writing segment {segment} failed: {why}")]
    Write { segment: Offset, why: String },
    #[error("syncing segment {segment} failed: {why}")]
    Sync { segment: Offset, why: String },
    #[error("reading segment {segment} failed: {why}")]
    Read { segment: Offset, why: String },
    #[error("writing the journal failed: {0}")]
    Journal(String),
    #[error("its disk takes too long; look at what else it is asked to do, and whether it is full")]
    Stalled,
    #[error("the topic was deleted")]
    Deleted,
    #[error("the log directory {} is offline", .0.display())]
    LogDir(PathBuf),
    #[error("the partition's directory cannot be used: {0}")]
    Directory(String),
}

impl Fault {
    /// Whether a segment's file failed, and not what is around it.
    pub fn is_of_the_disk(&self) -> bool {
        matches!(self, Fault::Write { .. } | Fault::Sync { .. })
    }

    pub fn write(segment: Offset, error: &io::Error) -> Fault {
        Fault::Write {
            segment,
            why: error.to_string(),
        }
    }

    pub fn sync(segment: Offset, error: &io::Error) -> Fault {
        Fault::Sync {
            segment,
            why: error.to_string(),
        }
    }

    pub fn read(segment: Offset, error: &io::Error) -> Fault {
        Fault::Read {
            segment,
            why: error.to_string(),
        }
    }
}
