use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::faults::strikes;
use super::volume::{InodeId, Volume, live};
use crate::io::sim::Site;

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

    /// Flips a bit of a file that exists.
    pub fn rot(&mut self, path: &Path, position: u64) {
        let inode = self.resolve(path).expect("a file to rot");
        self.file_mut(inode).rot(position);
    }

    /// Somebody asks for a sync; true when it is to do nothing and say that it is done.
    pub fn sync_is_lie(&mut self, site: Site) -> bool {
        self.sites.insert(site);
        if self.faults.lie_to != Some(site) {
            return self.faults.syncs_disabled;
        }
        if let Some(count) = self.faults.cut_after_lie.take() {
            self.faults.cut_power_in = Some(count);
        }
        true
    }

    pub fn sites(&self) -> &BTreeSet<Site> {
        &self.sites
    }

    pub fn sync_fails_now(&mut self, site: Site) -> bool {
        let is_there = self.faults.fail_at.take_if(|at| *at == site).is_some();
        strikes(&mut self.faults.fail_sync_in) || is_there
    }
}
