//! The checkpoint files of each log directory, written for all shards together by shard 0.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::rc::Rc;

use super::log_dirs::LogDir;
use super::router::ShardStopped;
use super::{Partition, Shard};
use crate::io::fs;
use crate::log::layout::{self, names};
use crate::model::{Offset, TopicPartition};

/// What the checkpoints say of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Recovery starts with the segment that holds this offset.
    pub recovery_point: Offset,
    pub high: Offset,
    /// Where the log starts, if DeleteRecords or retention moved it into a segment.
    pub log_start: Offset,
    /// Up to where it was compacted; `None` for what never was.
    pub cleaned: Option<Offset>,
}

/// The content of all four files of one directory.
pub type Checkpoint = BTreeMap<TopicPartition, Marks>;

/// Of all directories, by their places.
pub type Checkpoints = BTreeMap<usize, Checkpoint>;

/// Why the checkpoint files are not as they should be.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointFault {
    #[error(transparent)]
    Stopped(#[from] ShardStopped),
    #[error("the checkpoint files cannot be written: {0}")]
    Unwritable(#[from] io::Error),
}

impl Shard {
    /// Replaces the checkpoint files by what all shards say now. What stands there already is not
    /// written again. One at a time: those who ask meanwhile wait. Directories that failed have
    /// none; one that fails at this keeps no other from its own.
    pub async fn checkpoint(self: &Rc<Self>) -> Result<(), CheckpointFault> {
        let mut written = self.checkpointed.lock().await;
        let mut marks = self.collect_marks().await?;
        let mut first_fault = None;
        for dir in self.dirs.online() {
            let marks = marks.remove(&dir.index).unwrap_or_default();
            if written.get(&dir.index) == Some(&marks) {
                continue;
            }
            // Whatever half of it a fault leaves behind is written again.
            written.remove(&dir.index);
            match write_checkpoints(dir, &marks).await {
                Ok(()) => drop(written.insert(dir.index, marks)),
                Err(error) => {
                    self.suspect(dir, format!("writing its checkpoints failed: {error}"));
                    first_fault.get_or_insert(error);
                }
            }
        }
        first_fault.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// Asks every shard for its partitions' marks.
    async fn collect_marks(self: &Rc<Self>) -> Result<Checkpoints, ShardStopped> {
        let ask = |shard: Rc<Shard>| -> super::LocalFuture<Vec<(usize, TopicPartition, Marks)>> {
            Box::pin(async move {
                let controller = shard.controller();
                let metadata = controller.iter().map(|controller| controller.log());
                let partitions = shard.partitions();
                let all = partitions.iter().chain(metadata);
                all.map(|p| (p.dir.index, p.name.clone(), Partition::marks(p)))
                    .collect()
            })
        };
        let mut checkpoints = Checkpoints::new();
        for (dir, name, marks) in self.gather(ask).await?.into_iter().flatten() {
            checkpoints.entry(dir).or_default().insert(name, marks);
        }
        Ok(checkpoints)
    }
}

/// Replaces the four checkpoint files of a directory, each all or nothing.
async fn write_checkpoints(dir: &LogDir, checkpoint: &Checkpoint) -> io::Result<()> {
    let recovery = |marks: &Marks| Some(marks.recovery_point);
    let high = |marks: &Marks| Some(marks.high);
    // Kafka leaves out starts that say nothing: those at the beginning.
    let start = |marks: &Marks| Some(marks.log_start).filter(|start| *start > Offset::ZERO);
    let cleaned = |marks: &Marks| marks.cleaned;
    write_one(&dir.join(names::RECOVERY_POINTS), checkpoint, recovery).await?;
    write_one(&dir.join(names::HIGH_WATERMARKS), checkpoint, high).await?;
    write_one(&dir.join(names::LOG_STARTS), checkpoint, start).await?;
    write_one(&dir.join(names::CLEANED), checkpoint, cleaned).await
}

async fn write_one(
    path: &Path,
    checkpoint: &Checkpoint,
    mark: impl Fn(&Marks) -> Option<Offset>,
) -> io::Result<()> {
    let entries = checkpoint
        .iter()
        .filter_map(|(name, marks)| Some((name, mark(marks)?)));
    let entries: Vec<_> = entries.collect();
    let text = layout::encode_offsets(entries.into_iter());
    fs::write_atomic(path, text.into_bytes()).await
}

/// Reads one checkpoint file. A missing one is empty; a damaged one is reported and counts as
/// empty: recovery then looks at more than it had to.
pub async fn read(path: &Path) -> BTreeMap<TopicPartition, Offset> {
    let bytes = match fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a checkpoint cannot be read");
            return BTreeMap::new();
        }
    };
    match layout::decode_offsets(&String::from_utf8_lossy(&bytes)) {
        Ok(entries) => entries.into_iter().collect(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a checkpoint is damaged; ignored");
            BTreeMap::new()
        }
    }
}
