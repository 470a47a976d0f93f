use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::cli::complaint::Complaint;
use crate::io::{File, OpenMode};

/// How much is read at once while batches are walked.
const WINDOW_BYTES: usize = 1 << 20;
/// Base offset and length: what must be read to know how long a batch is.
const PREFIX_BYTES: u64 = 12;
/// Up to and with the magic byte, which all formats have in the same place. Kafka takes less than
/// this at the end of a file for no batch.
const PREFIX_AND_MAGIC_BYTES: u64 = 17;
/// The smallest message of any format; a length below it is corruption, not an end.
const LENGTH_MIN: i32 = 14;

/// A file that is read for inspection, batch by batch or whole.
pub struct Source {
    path: PathBuf,
    file: File,
    /// Bytes of the file that are looked at: its length, or less on request.
    end: u64,
    window: Bytes,
    window_at: u64,
}

impl Source {
    /// Looks at no more than the first `limit` bytes.
    pub async fn open(path: &Path, limit: u64) -> Result<Source, Complaint> {
        let file = match File::open(path, OpenMode::ReadOnly).await {
            Ok(file) => file,
            Err(error) => return Err(unreadable(path, &error)),
        };
        let end = file.len().await.map_err(|error| unreadable(path, &error))?;
        Ok(Source {
            path: path.to_owned(),
            file,
            end: end.min(limit),
            window: Bytes::new(),
            window_at: 0,
        })
    }

    pub fn len(&self) -> u64 {
        self.end
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of the file. For indexes and snapshots, which are small.
    pub async fn whole(&mut self) -> Result<Bytes, Complaint> {
        let len = usize::try_from(self.end).unwrap_or(usize::MAX);
        self.read(0, len).await
    }

    /// The whole batch that starts at `position`; `None` where the file ends before it does, or
    /// holds nothing but the zeros of a segment that is still written.
    pub async fn batch_at(&mut self, position: u64) -> Result<Option<Bytes>, Complaint> {
        if position.saturating_add(PREFIX_AND_MAGIC_BYTES) >= self.end {
            return Ok(None);
        }
        let prefix = self.read(position, PREFIX_BYTES as usize).await?;
        let Some(length) = prefix.last_chunk::<4>().map(|at| i32::from_be_bytes(*at)) else {
            return Ok(None);
        };
        if length < LENGTH_MIN {
            return match self.is_zero_from(position).await? {
                true => Ok(None),
                false => Err(self.too_small(length, position)),
            };
        }
        let size = PREFIX_BYTES + u64::try_from(length).unwrap_or(0);
        if size > self.end - position {
            return Ok(None);
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        self.read(position, size).await.map(Some)
    }

    async fn is_zero_from(&mut self, mut position: u64) -> Result<bool, Complaint> {
        while position < self.end {
            let len = (self.end - position).min(WINDOW_BYTES as u64);
            let bytes = self.read(position, len as usize).await?;
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            position += len;
        }
        Ok(true)
    }

    fn too_small(&self, length: i32, position: u64) -> Complaint {
        Complaint::new(format!(
            "Found record size {length} smaller than minimum record overhead ({LENGTH_MIN}) in \
             file {} at position {position}.",
            self.path.display()
        ))
    }

    async fn read(&mut self, position: u64, len: usize) -> Result<Bytes, Complaint> {
        if let Some(found) = self.within_window(position, len) {
            return Ok(found);
        }
        let wanted = len.max(WINDOW_BYTES);
        let read = self.file.read_at(position, wanted).await;
        self.window = read.map_err(|error| unreadable(&self.path, &error))?;
        self.window_at = position;
        match self.within_window(position, len) {
            Some(found) => Ok(found),
            None => Err(Complaint::new(format!(
                "{}: the file became shorter while it was read. Try again.",
                self.path.display()
            ))),
        }
    }

    fn within_window(&self, position: u64, len: usize) -> Option<Bytes> {
        let from = usize::try_from(position.checked_sub(self.window_at)?).ok()?;
        let to = from.checked_add(len)?;
        (to <= self.window.len()).then(|| self.window.slice(from..to))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Complaint {
    Complaint::new(format!("cannot read {}: {error}", path.display()))
}
