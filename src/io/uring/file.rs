//! Files: transfers and syncs through the ring, everything else on the blocking pool.

use std::cell::OnceCell;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::fs::on_pool;
use super::handle::Handle;
use super::operation::Operation;
use super::ring::Ring;
use super::warm;
use crate::io::{BLOCK_BYTES, Buffer, OpenMode, Pool};

/// Unused memory that each thread keeps for reads.
const READ_POOL_BYTES: usize = 2 << 20;

thread_local! {
    static READ_POOL: OnceCell<Pool> = const { OnceCell::new() };
}

/// An open file of the real disk.
#[derive(Clone, Debug)]
pub struct File {
    handle: Arc<Handle>,
}

impl File {
    pub async fn open(path: &Path, mode: OpenMode) -> io::Result<File> {
        let path = path.to_owned();
        let handle = on_pool(move || Handle::open(&path, mode)).await?;
        Ok(File {
            handle: Arc::new(handle),
        })
    }

    /// Whether transfers go past the page cache; some file systems refuse that.
    pub(super) fn is_direct(&self) -> bool {
        self.handle.is_direct()
    }

    /// The descriptor that reads through the page cache.
    pub(super) fn buffered(&self) -> io::Result<&std::fs::File> {
        self.handle.buffered()
    }

    pub async fn write_at(&self, data: Bytes, position: u64) -> io::Result<()> {
        self.write(data, position, false).await
    }

    pub async fn write_and_sync(&self, data: Bytes, position: u64) -> io::Result<()> {
        self.write(data, position, true).await
    }

    async fn write(&self, data: Bytes, position: u64, then_sync: bool) -> io::Result<()> {
        assert!(
            position.is_multiple_of(BLOCK_BYTES as u64),
            "writes begin at block bounds"
        );
        assert!(
            data.len().is_multiple_of(BLOCK_BYTES),
            "whole blocks are written"
        );
        assert!(
            data.as_ptr().addr().is_multiple_of(BLOCK_BYTES),
            "writes come from aligned memory"
        );
        if data.is_empty() {
            return if then_sync { self.sync().await } else { Ok(()) };
        }
        Ring::run(Operation::write(
            self.handle.clone(),
            data,
            position,
            then_sync,
        ))
        .await
        .1
    }

    pub async fn sync(&self) -> io::Result<()> {
        Ring::run(Operation::sync(self.handle.clone())).await.1
    }

    pub async fn read_at(&self, position: u64, len: usize) -> io::Result<Bytes> {
        if len == 0 {
            return Ok(Bytes::new());
        }
        let block = BLOCK_BYTES as u64;
        let start = position - position % block;
        let lead = (position - start) as usize;
        let span = (lead + len).next_multiple_of(BLOCK_BYTES);
        let pool = READ_POOL.with(|pool| pool.get_or_init(|| Pool::new(READ_POOL_BYTES)).clone());
        let into = Buffer::with_capacity(&pool, span);
        let (read, result) =
            Ring::run(Operation::read(self.handle.clone(), into, start, span)).await;
        result?;
        let bytes = read.into_buffer().expect("a read has its buffer").freeze();
        let end = bytes.len().min(lead + len);
        Ok(bytes.slice(lead.min(end)..end))
    }

    pub fn read_warm(&self, position: u64, len: usize) -> Option<Bytes> {
        let file = self.handle.buffered().ok()?;
        let mut bytes = vec![0; len];
        warm::read(file, position, &mut bytes).then(|| bytes.into())
    }

    pub async fn allocate(&self, bytes: u64) -> io::Result<()> {
        let handle = self.handle.clone();
        let len = i64::try_from(bytes).map_err(io::Error::other)?;
        on_pool(move || {
            // SAFETY: no pointers; the descriptor is open for as long as `handle` lives.
            let result =
                unsafe { libc::fallocate(handle.raw(), libc::FALLOC_FL_KEEP_SIZE, 0, len) };
            if result == 0 {
                Ok(())
            } else {
                Err(io::Error::last_os_error())
            }
        })
        .await
    }

    pub async fn truncate(&self, len: u64) -> io::Result<()> {
        let handle = self.handle.clone();
        on_pool(move || handle.file().set_len(len)).await
    }

    /// Answered from the inode in memory; nothing waits.
    pub async fn len(&self) -> io::Result<u64> {
        Ok(self.handle.file().metadata()?.len())
    }

    pub fn range(&self, position: u64, len: usize) -> FileRange {
        FileRange {
            handle: self.handle.clone(),
            position,
            len,
        }
    }
}

/// Bytes of an open file.
#[derive(Clone, Debug)]
pub struct FileRange {
    pub(super) handle: Arc<Handle>,
    pub(super) position: u64,
    len: usize,
}

impl FileRange {
    pub fn size(&self) -> usize {
        self.len
    }

    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}
