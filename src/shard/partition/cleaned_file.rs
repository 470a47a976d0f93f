//! A segment file that compaction writes, by direct I/O in whole blocks.

use std::io;
use std::path::Path;

use super::appender::BLOCK;
use crate::io::{Buffer, File, OpenMode, Pool, fs};

/// Bytes gathered before they are written.
const WRITE_BYTES: usize = 256 << 10;

const _: () = assert!((WRITE_BYTES as u64).is_multiple_of(BLOCK));

/// What is written goes to a file of its own; nobody reads it before it is finished.
pub struct CleanedFile {
    file: File,
    pool: Pool,
    filling: Buffer,
    /// Bytes in the file before those that are being gathered.
    written: u64,
}

impl CleanedFile {
    /// Makes the file, cutting what an earlier attempt may have left.
    pub async fn create(path: &Path, pool: &Pool) -> io::Result<CleanedFile> {
        fs::write(path, Vec::new()).await?;
        Ok(CleanedFile {
            file: File::open(path, OpenMode::ReadWrite).await?,
            pool: pool.clone(),
            filling: Buffer::with_capacity(pool, WRITE_BYTES),
            written: 0,
        })
    }

    /// Appends bytes.
    pub async fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.room()));
            self.filling.extend_from_slice(now);
            bytes = later;
            if self.room() == 0 {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Writes what is left, cuts the file to its exact length and syncs it.
    pub async fn finish(mut self) -> io::Result<()> {
        let bytes = self.written + self.filling.len() as u64;
        self.filling.pad_to(BLOCK as usize);
        if !self.filling.is_empty() {
            self.write().await?;
        }
        self.file.truncate(bytes).await?;
        self.file.sync().await
    }

    fn room(&self) -> usize {
        WRITE_BYTES - self.filling.len()
    }

    async fn write(&mut self) -> io::Result<()> {
        let empty = Buffer::with_capacity(&self.pool, WRITE_BYTES);
        let full = std::mem::replace(&mut self.filling, empty).freeze();
        let bytes = full.len() as u64;
        self.file.write_at(full, self.written).await?;
        self.written += bytes;
        Ok(())
    }
}
