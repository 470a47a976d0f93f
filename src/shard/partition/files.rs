//! The segment files of one partition that are open, by base offset.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::appender::BLOCK;
use crate::io::{File, OpenMode, fs};
use crate::log::layout::FileKind;
use crate::model::Offset;

/// Space reserved at once behind the end of a growing file, bytes, at most.
const RESERVE_BYTES_MAX: u64 = 64 << 20;

/// Files below this size grow block by block: most partitions of a node are small.
const RESERVE_FROM_BYTES: u64 = 1 << 20;

/// The files of one partition directory.
pub struct SegmentFiles {
    directory: PathBuf,
    open: RefCell<BTreeMap<Offset, Opened>>,
}

#[derive(Clone)]
struct Opened {
    file: File,
    /// Bytes of disk space reserved.
    reserved: u64,
    writable: bool,
}

impl SegmentFiles {
    pub fn new(directory: PathBuf) -> SegmentFiles {
        SegmentFiles {
            directory,
            open: RefCell::new(BTreeMap::new()),
        }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn path(&self, segment: Offset) -> PathBuf {
        self.directory.join(FileKind::Log.at(segment).to_string())
    }

    /// The file to append to, with room reserved up to `end`. A file made here is durable in its
    /// directory when this returns: bytes in a file without a name are lost with the power.
    pub async fn writable(&self, segment: Offset, end: u64) -> io::Result<File> {
        let known = self
            .open
            .borrow()
            .get(&segment)
            .filter(|o| o.writable)
            .cloned();
        let mut opened = match known {
            Some(opened) => opened,
            None => self.open_for_append(segment).await?,
        };
        if end > opened.reserved && end >= RESERVE_FROM_BYTES {
            let ahead = end.next_power_of_two().min(end + RESERVE_BYTES_MAX);
            let target = ahead.next_multiple_of(BLOCK);
            // A disk without room for the reserve may still have room for the write itself.
            opened.reserved = match opened.file.allocate(target).await {
                Ok(()) => target,
                Err(_) => end,
            };
        }
        self.open.borrow_mut().insert(segment, opened.clone());
        Ok(opened.file)
    }

    async fn open_for_append(&self, segment: Offset) -> io::Result<Opened> {
        let path = self.path(segment);
        let file = File::open(&path, OpenMode::Create).await?;
        fs::sync_dir(&self.directory).await?;
        if let Some(parent) = self.directory.parent() {
            fs::sync_dir(parent).await?;
        }
        let reserved = file.len().await?;
        Ok(Opened {
            file,
            reserved,
            writable: true,
        })
    }

    /// A file to read from.
    pub async fn readable(&self, segment: Offset) -> io::Result<File> {
        if let Some(opened) = self.open.borrow().get(&segment) {
            return Ok(opened.file.clone());
        }
        let file = File::open(&self.path(segment), OpenMode::ReadOnly).await?;
        let opened = Opened {
            file: file.clone(),
            reserved: 0,
            writable: false,
        };
        self.open.borrow_mut().entry(segment).or_insert(opened);
        Ok(file)
    }

    /// Closes the file once the reads under way are done.
    pub fn close(&self, segment: Offset) {
        self.open.borrow_mut().remove(&segment);
    }

    pub fn close_all(&self) {
        self.open.borrow_mut().clear();
    }

    pub fn count(&self) -> usize {
        self.open.borrow().len()
    }
}
