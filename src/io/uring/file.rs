//! Files opened for direct I/O.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::fs::on_pool;
use crate::io::{BLOCK_BYTES, OpenMode};

/// A file whose bytes go past the page cache.
#[derive(Clone, Debug)]
pub struct File {
    inner: Arc<fs::File>,
}

impl File {
    pub async fn open(path: &Path, mode: OpenMode) -> io::Result<File> {
        let path = path.to_owned();
        let inner = on_pool(move || {
            let mut options = OpenOptions::new();
            options.read(true).write(mode != OpenMode::ReadOnly);
            options
                .create(mode == OpenMode::Create)
                .custom_flags(libc::O_CLOEXEC);
            options.open(path)
        })
        .await?;
        Ok(File {
            inner: Arc::new(inner),
        })
    }

    pub async fn write_at(&self, data: Bytes, position: u64) -> io::Result<()> {
        assert!(
            data.len().is_multiple_of(BLOCK_BYTES),
            "whole blocks are written"
        );
        let inner = self.inner.clone();
        on_pool(move || inner.write_all_at(&data, position)).await
    }

    pub async fn write_and_sync(&self, data: Bytes, position: u64) -> io::Result<()> {
        self.write_at(data, position).await?;
        self.sync().await
    }

    pub async fn sync(&self) -> io::Result<()> {
        let inner = self.inner.clone();
        on_pool(move || inner.sync_data()).await
    }

    pub async fn read_at(&self, position: u64, len: usize) -> io::Result<Bytes> {
        let inner = self.inner.clone();
        on_pool(move || {
            let mut bytes = vec![0; len];
            let mut filled = 0;
            while filled < len {
                match inner.read_at(&mut bytes[filled..], position + filled as u64)? {
                    0 => break,
                    count => filled += count,
                }
            }
            bytes.truncate(filled);
            Ok(bytes.into())
        })
        .await
    }

    pub async fn allocate(&self, bytes: u64) -> io::Result<()> {
        let inner = self.inner.clone();
        on_pool(move || {
            let len = i64::try_from(bytes).map_err(io::Error::other)?;
            // SAFETY: the descriptor is open for as long as `inner` lives.
            let result =
                unsafe { libc::fallocate(inner.as_raw_fd(), libc::FALLOC_FL_KEEP_SIZE, 0, len) };
            if result == 0 {
                Ok(())
            } else {
                Err(io::Error::last_os_error())
            }
        })
        .await
    }

    pub async fn truncate(&self, len: u64) -> io::Result<()> {
        let inner = self.inner.clone();
        on_pool(move || inner.set_len(len)).await
    }

    pub async fn len(&self) -> io::Result<u64> {
        let inner = self.inner.clone();
        on_pool(move || Ok(inner.metadata()?.len())).await
    }

    pub fn range(&self, position: u64, len: usize) -> FileRange {
        FileRange {
            file: self.inner.clone(),
            position,
            len,
        }
    }
}

/// Bytes of an open file.
#[derive(Clone, Debug)]
pub struct FileRange {
    pub(super) file: Arc<fs::File>,
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
