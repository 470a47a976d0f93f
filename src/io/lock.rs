//! What only one process may hold: a data directory, a port.

use std::fs::{self, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::uring;

/// Kafka's name for it (`LogManager.LockFileName`): either broker refuses the other's directory.
const LOCK_FILE: &str = ".lock";

/// Why a directory or a port cannot be had, in words for the person who started the broker.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("the data directory {} is in use by another process (it holds {LOCK_FILE} there): \
             stop that process or choose another directory", .0.display())]
    DirectoryHeld(PathBuf),
    #[error("cannot write to the data directory {}: {}", .0.display(), .1)]
    Directory(PathBuf, io::Error),
    #[error("another process listens on {0}: stop it or choose another port")]
    PortHeld(SocketAddr),
    #[error("cannot listen on {0}: {1}")]
    Port(SocketAddr, io::Error),
}

impl Refused {
    /// Whether another process has it, and may yet let it go.
    pub fn is_held(&self) -> bool {
        matches!(self, Refused::DirectoryHeld(_) | Refused::PortHeld(_))
    }
}

/// A data directory that is ours until this value is dropped or the process ends.
#[derive(Debug)]
pub struct DirectoryLock {
    /// The kernel keeps the lock for as long as this is open.
    _file: File,
}

impl DirectoryLock {
    /// Makes the directory where it is missing, and takes it.
    pub fn acquire(directory: &Path) -> Result<DirectoryLock, Refused> {
        let refused = |cause| Refused::Directory(directory.to_owned(), cause);
        fs::create_dir_all(directory).map_err(refused)?;
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => Ok(DirectoryLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Refused::DirectoryHeld(directory.to_owned())),
            Err(TryLockError::Error(cause)) => Err(refused(cause)),
        }
    }
}

/// Makes sure that nobody listens on `addr`, and gives the address with its port filled in (port
/// 0 becomes a free one). The shards then listen with `reuse_port`, which alone would share the
/// port of any other process of this user without a word.
pub fn claim_port(addr: SocketAddr) -> Result<SocketAddr, Refused> {
    let claimed = uring::listening(addr, false).and_then(|socket| uring::address_of(&socket));
    claimed.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => Refused::PortHeld(addr),
        _ => Refused::Port(addr, cause),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("data");
        let held = DirectoryLock::acquire(&directory).unwrap();
        let refused = DirectoryLock::acquire(&directory).unwrap_err();
        let text = refused.to_string();
        assert!(
            text.contains(&*directory.to_string_lossy()) && text.contains("in use"),
            "{text}"
        );
        drop(held);
        DirectoryLock::acquire(&directory).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_told_by_name() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let refused = DirectoryLock::acquire(&file.join("data")).unwrap_err();
        assert!(matches!(refused, Refused::Directory(..)));
        assert!(refused.to_string().contains("file/data"), "{refused}");
    }

    #[test]
    fn a_port_that_anybody_listens_on_is_refused() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        for reuse_port in [false, true] {
            let other = uring::listening(any, reuse_port).unwrap();
            let addr = uring::address_of(&other).unwrap();
            let refused = claim_port(addr).unwrap_err();
            assert!(matches!(refused, Refused::PortHeld(port) if port == addr));
        }
        let free = claim_port(any).unwrap();
        assert_ne!(free.port(), 0);
        assert_eq!(claim_port(free).unwrap(), free);
    }
}
