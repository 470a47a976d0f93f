use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use bytes::Bytes;

use super::retire::Touched;
use crate::io::{Buffer, File, OpenMode, Pool, fs, task};
use crate::model::Offset;
use crate::shard::LogDir;
use crate::shard::partition::Partition;

/// Zeros are written in pieces of this size, bytes.
const ZEROS_BYTES: usize = 1 << 20;

/// One file of a journal.
pub struct JournalFile {
    pub file: File,
    pub path: PathBuf,
    /// Bytes of the frames of this round.
    pub used: u64,
    /// The first frame of this round.
    pub first: u64,
    /// Every block has its place on the disk.
    pub is_reserved: bool,
    /// Every block was written before, so that a sync has no metadata of the file to write.
    pub is_filled: bool,
    pub touched: Touched,
    /// Shared with everyone who has a hold on it.
    holds: Rc<()>,
}

/// Keeps a file of the journal from retiring: a commit is in it, and is not among what its
/// partition has to settle yet.
#[derive(Debug, Clone)]
pub struct Hold {
    _counted: Rc<()>,
}

impl JournalFile {
    /// Makes a file with a name that outlives a power cut.
    pub async fn make(dir: &LogDir, path: PathBuf, bytes: u64) -> io::Result<JournalFile> {
        let file = File::open(&path, OpenMode::Create).await?;
        // A disk without room for the whole file may have room for the frames to come.
        let is_reserved = dir.space.claim(bytes) && file.allocate(bytes).await.is_ok();
        fs::sync_dir(&dir.path).await?;
        Ok(JournalFile {
            file,
            path,
            used: 0,
            first: 0,
            is_reserved,
            is_filled: false,
            touched: Touched::new(),
            holds: Rc::default(),
        })
    }

    pub fn hold(&self) -> Hold {
        Hold {
            _counted: self.holds.clone(),
        }
    }

    /// Waits until nobody has a hold on it. That is soon: those who have one are about to run.
    pub async fn released(&self) {
        while Rc::strong_count(&self.holds) > 1 {
            task::yield_now().await;
        }
    }

    /// Notes that it holds bytes of these segments.
    pub fn touch(&mut self, partition: &Rc<Partition>, segments: impl Iterator<Item = Offset>) {
        let known = self.touched.entry(partition.id);
        let (_, touched) = known.or_insert_with(|| (Rc::downgrade(partition), Default::default()));
        touched.extend(segments);
    }
}

/// Writes zeros to every block behind the frames, up to `end`, unless it `is_over` before.
pub async fn fill(
    file: &mut JournalFile,
    pool: &Pool,
    end: u64,
    is_over: impl Fn() -> bool,
) -> io::Result<()> {
    let mut zeros = Buffer::with_capacity(pool, ZEROS_BYTES);
    zeros.spare_mut()[..ZEROS_BYTES].fill(0);
    zeros.advance(ZEROS_BYTES);
    let zeros: Bytes = zeros.freeze();
    let mut at = file.used;
    while at < end && !is_over() {
        let bytes = (end - at).min(ZEROS_BYTES as u64);
        file.file
            .write_at(zeros.slice(..bytes as usize), at)
            .await?;
        at += bytes;
    }
    file.file.sync().await?;
    file.is_filled = true;
    Ok(())
}
