use std::io;
use std::path::Path;

use super::faults::strikes;
use super::volume::{InodeId, Volume, live};

/// What the plan of faults says of an operation that is about to begin.
impl Volume {
    /// EIO for a file in a broken directory.
    pub fn check(&self, inode: InodeId) -> io::Result<()> {
        let Some(broken) = self.faults.broken else {
            return Ok(());
        };
        match self.walk(Path::new(broken)) {
            Ok(directory) if self.reachable_from(directory, live).contains(&inode) => {
                Err(io::Error::from_raw_os_error(libc::EIO))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_path(&self, path: &Path) -> io::Result<()> {
        match self.faults.broken {
            Some(broken) if path.starts_with(broken) => {
                Err(io::Error::from_raw_os_error(libc::EIO))
            }
            _ => Ok(()),
        }
    }

    /// Counts a disk operation for the plan of faults; so do the next three.
    pub fn power_fails_now(&mut self) -> bool {
        strikes(&mut self.faults.cut_power_in)
    }

    pub fn write_fails_now(&mut self) -> bool {
        strikes(&mut self.faults.fail_write_in)
    }

    pub fn read_fails_now(&mut self) -> bool {
        strikes(&mut self.faults.fail_read_in)
    }

    pub fn sync_fails_now(&mut self) -> bool {
        strikes(&mut self.faults.fail_sync_in)
    }
}
