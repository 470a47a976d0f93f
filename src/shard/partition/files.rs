//! The segment files of one partition: opened for an append or a read, kept open while others are
//! used less, and made ready ahead of a roll.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::lock::Mutex;

use super::appender::BLOCK;
use super::arrangement::Arrangement;
use crate::io::{File, OpenMode, fs};
use crate::log::layout::{FileKind, names};
use crate::model::{Offset, PartitionId};
use crate::shard::log_dirs::LogDir;
use crate::shard::open_files::{OpenFiles, Opened};

/// Space reserved at once behind the end of a growing file, bytes, at most.
const RESERVE_BYTES_MAX: u64 = 64 << 20;

/// Files below this size grow block by block, unless space is tight: most partitions of a node are
/// small.
const RESERVE_FROM_BYTES: u64 = 1 << 20;

/// Under which the prepared file is kept open; no segment begins there.
const PREPARED: Offset = Offset(-1);

/// The files of one partition directory.
pub struct SegmentFiles {
    partition: PartitionId,
    dir: Arc<LogDir>,
    directory: PathBuf,
    open: Rc<OpenFiles>,
    /// The last segment whose file, by its name, outlives a power cut.
    named: Cell<Option<Offset>>,
    prepared: Cell<Prepared>,
    pub arrangement: Arrangement,
    /// The journal and the settling of a partition may both be the first to need a file.
    naming: Mutex<()>,
}

/// The file of the segment that comes next. It has a name of its own until the roll, because only
/// the roll knows the offset at which its segment begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Prepared {
    Nothing,
    InTheMaking,
    /// It could not be made, and is not tried again before the next roll.
    Failed,
    /// With so many bytes of disk space.
    Ready(u64),
}

impl SegmentFiles {
    /// Of the partition whose own `directory` lies in `dir`.
    pub fn new(
        partition: PartitionId,
        dir: Arc<LogDir>,
        directory: PathBuf,
        open: Rc<OpenFiles>,
    ) -> SegmentFiles {
        SegmentFiles {
            partition,
            dir,
            directory,
            open,
            named: Cell::new(None),
            prepared: Cell::new(Prepared::Nothing),
            arrangement: Arrangement::default(),
            naming: Mutex::new(()),
        }
    }

    /// Whether the file exists for good, with room for what ends at `end` where room is reserved
    /// at all. A file that is not open has what room it has, unless space is tight.
    pub fn is_prepared(&self, segment: Offset, end: u64) -> bool {
        let has_room = match self.open.find((self.partition, segment)) {
            Some(opened) => end <= opened.reserved || !self.needs_blocks(end),
            None => !self.dir.space.is_tight(),
        };
        self.named.get() >= Some(segment) && has_room
    }

    /// Whether a file must have its blocks before what ends at `end` is promised to anyone.
    fn needs_blocks(&self, end: u64) -> bool {
        end >= RESERVE_FROM_BYTES || self.dir.space.is_tight()
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
        let key = (self.partition, segment);
        let _turn = self.naming.lock().await;
        let mut opened = match self.open.find(key).filter(|opened| opened.writable) {
            Some(opened) => opened,
            None => self.open_for_append(segment).await?,
        };
        if end > opened.reserved && self.needs_blocks(end) {
            opened.reserved = self.reserve(&opened.file, end).await?;
        }
        let file = opened.file.clone();
        self.open.keep(key, opened);
        Ok(file)
    }

    /// Gives the file its blocks up to `end`, and beyond it where there is plenty of space. Gives
    /// the end of what it has then.
    async fn reserve(&self, file: &File, end: u64) -> io::Result<u64> {
        let far = end.next_power_of_two().min(end + RESERVE_BYTES_MAX);
        for ahead in [far, end.next_multiple_of(RESERVE_FROM_BYTES)] {
            let ahead = ahead.next_multiple_of(BLOCK);
            if self.dir.space.claim(ahead - end) && file.allocate(ahead).await.is_ok() {
                return Ok(ahead);
            }
        }
        let exact = end.next_multiple_of(BLOCK);
        match file.allocate(exact).await {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
            // There are file systems that cannot reserve.
            _ => Ok(exact),
        }
    }

    async fn open_for_append(&self, segment: Offset) -> io::Result<Opened> {
        if self.named.get() >= Some(segment) {
            return opened(File::open(&self.path(segment), OpenMode::ReadWrite).await?).await;
        }
        let opened = match self.take_prepared(segment).await {
            Some(prepared) => prepared,
            None => opened(File::open(&self.path(segment), OpenMode::Create).await?).await?,
        };
        if self.named.get().is_none() {
            self.name_directory().await?;
        }
        fs::sync_dir(&self.directory).await?;
        self.named.set(Some(segment));
        Ok(opened)
    }

    /// Makes the name of the directory durable, and the file that says whose it is: without it
    /// the journal's batches would not find their way.
    async fn name_directory(&self) -> io::Result<()> {
        fs::sync_file(&self.directory.join(names::PARTITION_METADATA)).await?;
        match self.directory.parent() {
            Some(parent) => fs::sync_dir(parent).await,
            None => Ok(()),
        }
    }

    /// Gives the prepared file the segment's name. Without one that works, the roll goes on as if
    /// nothing had been prepared.
    async fn take_prepared(&self, segment: Offset) -> Option<Opened> {
        let reserved = match self.prepared.get() {
            Prepared::Nothing | Prepared::InTheMaking => return None,
            Prepared::Failed => 0,
            Prepared::Ready(reserved) => reserved,
        };
        self.prepared.set(Prepared::Nothing);
        let kept = self.open.close((self.partition, PREPARED));
        let (from, path) = (self.directory.join(names::PREPARED), self.path(segment));
        if reserved == 0 || fs::rename(&from, &path).await.is_err() {
            return None;
        }
        if kept.is_some() {
            return kept;
        }
        let file = File::open(&path, OpenMode::ReadWrite).await.ok()?;
        Some(Opened {
            file,
            reserved,
            writable: true,
        })
    }

    /// Claims the making of the next segment's file; false when it is there, or on its way.
    pub fn begin_preparing(&self) -> bool {
        let begins = self.named.get().is_some() && self.prepared.get() == Prepared::Nothing;
        if begins {
            self.prepared.set(Prepared::InTheMaking);
        }
        begins
    }

    /// Makes the next segment's file, with its disk space, so that the roll has only to name it.
    /// Without success the roll makes it as it always could.
    pub async fn prepare(&self, segment_bytes: u64) {
        let reserved = segment_bytes.min(RESERVE_BYTES_MAX).next_multiple_of(BLOCK);
        let made = match self.dir.space.claim(reserved) {
            true => self.make_prepared(reserved).await,
            false => Err(io::ErrorKind::StorageFull.into()),
        };
        match made {
            Ok(()) => self.prepared.set(Prepared::Ready(reserved)),
            Err(error) => {
                self.prepared.set(Prepared::Failed);
                tracing::debug!(
                    directory = %self.directory.display(), %error,
                    "the next segment's file cannot be made ahead of time"
                );
            }
        }
    }

    async fn make_prepared(&self, reserved: u64) -> io::Result<()> {
        let path = self.directory.join(names::PREPARED);
        let file = File::open(&path, OpenMode::Create).await?;
        if let Err(error) = file.allocate(reserved).await {
            fs::remove_file(&path).await?;
            return Err(error);
        }
        let opened = Opened {
            file,
            reserved,
            writable: true,
        };
        self.open.keep((self.partition, PREPARED), opened);
        Ok(())
    }

    /// Removes the prepared file: the partition is idle, or closes.
    pub async fn discard_prepared(&self) -> io::Result<()> {
        let Prepared::Ready(_) = self.prepared.replace(Prepared::Nothing) else {
            return Ok(());
        };
        self.open.close((self.partition, PREPARED));
        fs::remove_file(&self.directory.join(names::PREPARED)).await
    }

    /// A file to read from.
    pub async fn readable(&self, segment: Offset) -> io::Result<File> {
        let key = (self.partition, segment);
        if let Some(opened) = self.open.find(key) {
            return Ok(opened.file);
        }
        let layout = self.arrangement.layout();
        let file = File::open(&self.path(segment), OpenMode::ReadOnly).await?;
        // Opened for an append meanwhile: that one is of more use. What another file has taken
        // the place of is of no use to others.
        if self.open.find(key).is_none() && self.arrangement.is(layout) {
            let opened = Opened {
                file: file.clone(),
                reserved: 0,
                writable: false,
            };
            self.open.keep(key, opened);
        }
        Ok(file)
    }

    /// Closes the file once the reads under way are done.
    pub fn close(&self, segment: Offset) {
        self.open.close((self.partition, segment));
    }

    pub fn close_all(&self) {
        self.open.close_all(self.partition);
    }

    /// Closes what this shard holds open and does not use: there are no descriptors left.
    pub fn close_others(&self) {
        self.open.clear();
    }
}

async fn opened(file: File) -> io::Result<Opened> {
    let reserved = file.len().await?;
    Ok(Opened {
        file,
        reserved,
        writable: true,
    })
}
