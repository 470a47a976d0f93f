use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool::{ours, run};

/// What a disk is good for. All but the first need what the scripts look for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskKind {
    /// The one that is there.
    Any,
    /// Its power can be cut.
    Cut,
    /// The same, and it never flushes.
    CutAndLying,
    /// Soon full.
    Small,
    /// The same, with so many GiB.
    Gibibytes(u64),
}

/// Where a broker's data stands.
pub struct Disk {
    dir: PathBuf,
    kind: DiskKind,
}

impl Disk {
    /// A fresh disk in `dir`.
    pub fn up(dir: &Path, kind: DiskKind) -> Result<Disk, String> {
        let dir = dir.join("disk");
        let disk = Disk { dir, kind };
        disk.call("up")?;
        std::fs::create_dir_all(disk.mount()).map_err(|error| error.to_string())?;
        Ok(disk)
    }

    /// The directory that is on the disk.
    pub fn mount(&self) -> PathBuf {
        self.dir.join("mnt")
    }

    pub fn cut(&self) -> Result<(), String> {
        self.call("cut")
    }

    pub fn back(&self) -> Result<(), String> {
        self.call("back")
    }

    fn call(&self, verb: &str) -> Result<(), String> {
        let script = match self.kind {
            DiskKind::Any => return Ok(()),
            DiskKind::Cut | DiskKind::CutAndLying => "scripts/power-cut.d/disk",
            DiskKind::Small | DiskKind::Gibibytes(_) => "scripts/disk-full.d/disk",
        };
        let mut command = Command::new(ours(script));
        command.arg(verb).arg(&self.dir);
        if let DiskKind::Gibibytes(size) = self.kind {
            command.arg(format!("{size}G"));
        }
        if self.kind == DiskKind::CutAndLying {
            command.env("FLUSH", "ignored");
        }
        run(&mut command).map(drop)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Err(words) = self.call("down") {
            eprintln!("the disk is not taken down: {words}");
        }
    }
}
