use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool::{ours, run};

/// Where a broker's data stands.
pub struct Disk {
    dir: PathBuf,
    can_be_cut: bool,
    flushes: bool,
}

impl Disk {
    /// A fresh disk in `dir`. One that can be cut needs what scripts/power-cut looks for.
    pub fn up(dir: &Path, can_be_cut: bool, flushes: bool) -> Result<Disk, String> {
        let disk = Disk {
            dir: dir.join("disk"),
            can_be_cut,
            flushes,
        };
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
        if !self.can_be_cut {
            return Ok(());
        }
        let mut command = Command::new(ours("scripts/power-cut.d/disk"));
        command.arg(verb).arg(&self.dir);
        if !self.flushes {
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
