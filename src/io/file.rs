//! Files opened for direct I/O, behind one enum for both worlds.

use std::io;
use std::panic::Location;
use std::path::Path;

use bytes::Bytes;

use super::{World, sim, uring};

/// How a file is opened. No mode cuts a file: [`File::truncate`] does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// It must exist, and it is only read.
    ReadOnly,
    /// It must exist; it is read and written.
    ReadWrite,
    /// Read and written, made empty when it does not exist. The new directory entry is durable
    /// only after [`super::fs::sync_dir`] on its directory.
    Create,
}

/// An open file of one shard. Clones share the descriptor, which is closed with the last of them
/// and of the ranges cut from it. Dropping a future of this type is safe at any time: the
/// operation goes on in the kernel and keeps its bytes until it ends.
#[derive(Clone, Debug)]
pub enum File {
    Uring(uring::File),
    Sim(sim::File),
}

impl File {
    pub async fn open(path: &Path, mode: OpenMode) -> io::Result<File> {
        match World::current() {
            World::Uring => uring::File::open(path, mode).await.map(File::Uring),
            World::Sim => sim::File::open(path, mode).await.map(File::Sim),
        }
    }

    /// Writes all of `data`, or fails. Position, length and address are multiples of
    /// [`super::BLOCK_BYTES`] (asserted): a frozen, padded [`super::Buffer`] or a slice of one
    /// at block bounds. The bytes are durable only after a later [`File::sync`].
    pub async fn write_at(&self, data: Bytes, position: u64) -> io::Result<()> {
        match self {
            File::Uring(file) => file.write_at(data, position).await,
            File::Sim(file) => file.write_at(data, position).await,
        }
    }

    /// [`File::write_at`] and [`File::sync`] in one submission, the sync linked behind the write.
    #[track_caller]
    pub fn write_and_sync(
        &self,
        data: Bytes,
        position: u64,
    ) -> impl Future<Output = io::Result<()>> {
        let asker = Location::caller();
        async move {
            match self {
                File::Uring(file) => file.write_and_sync(data, position).await,
                File::Sim(file) => file.write_and_sync(data, position, asker).await,
            }
        }
    }

    /// `fdatasync`: every write completed before this call, and the file's length, are durable
    /// when it returns. After an error nothing about unsynced bytes is known; do not ask twice.
    #[track_caller]
    pub fn sync(&self) -> impl Future<Output = io::Result<()>> {
        let asker = Location::caller();
        async move {
            match self {
                File::Uring(file) => file.sync().await,
                File::Sim(file) => file.sync(asker).await,
            }
        }
    }

    /// Reads up to `len` bytes at any position; shorter only at the end of the file.
    pub async fn read_at(&self, position: u64, len: usize) -> io::Result<Bytes> {
        match self {
            File::Uring(file) => file.read_at(position, len).await,
            File::Sim(file) => file.read_at(position, len).await,
        }
    }

    /// `len` bytes at any position, if they are in the page cache: nothing waits, and nothing is
    /// asked of the disk. `None` also where they are not all in the file.
    pub fn read_warm(&self, position: u64, len: usize) -> Option<Bytes> {
        match self {
            File::Uring(file) => file.read_warm(position, len),
            // The simulated disk has no page cache.
            File::Sim(_) => None,
        }
    }

    /// Reserves disk space for the first `bytes` bytes; the file's length stays.
    pub async fn allocate(&self, bytes: u64) -> io::Result<()> {
        match self {
            File::Uring(file) => file.allocate(bytes).await,
            File::Sim(file) => file.allocate(bytes).await,
        }
    }

    /// Cuts or extends (with zeros) the file to `len` bytes and frees space reserved behind it.
    pub async fn truncate(&self, len: u64) -> io::Result<()> {
        match self {
            File::Uring(file) => file.truncate(len).await,
            File::Sim(file) => file.truncate(len).await,
        }
    }

    /// The file's length in bytes.
    pub async fn len(&self) -> io::Result<u64> {
        match self {
            File::Uring(file) => file.len().await,
            File::Sim(file) => file.len().await,
        }
    }

    /// A handle on `len` bytes at `position`, for [`super::WriteHalf::write_gather`]. It keeps
    /// the file open, may cross to other shards, and must lie within the file when it is sent.
    pub fn range(&self, position: u64, len: usize) -> FileRange {
        match self {
            File::Uring(file) => FileRange::Uring(file.range(position, len)),
            File::Sim(file) => FileRange::Sim(file.range(position, len)),
        }
    }
}

/// Bytes of a file that travel to a socket without passing through the broker's memory.
#[derive(Clone, Debug)]
pub enum FileRange {
    Uring(uring::FileRange),
    Sim(sim::FileRange),
}

impl FileRange {
    /// Shortens the range to at most `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        match self {
            FileRange::Uring(range) => range.truncate(len),
            FileRange::Sim(range) => range.truncate(len),
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        match self {
            FileRange::Uring(range) => range.size(),
            FileRange::Sim(range) => range.size(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
