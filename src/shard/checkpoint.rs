//! The checkpoint files of the data directory, written for all shards together by shard 0.

use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

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

/// The content of all four files.
pub type Checkpoint = BTreeMap<TopicPartition, Marks>;

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
    /// written again. One at a time: those who ask meanwhile wait.
    pub async fn checkpoint(self: &Rc<Self>) -> Result<(), CheckpointFault> {
        let mut written = self.checkpointed.lock().await;
        let marks = self.collect_marks().await?;
        if written.as_ref() != Some(&marks) {
            // Whatever half of it a fault leaves behind is written again.
            *written = None;
            self.write_checkpoints(&marks).await?;
            *written = Some(marks);
        }
        Ok(())
    }

    /// Asks every shard for its partitions' marks.
    async fn collect_marks(self: &Rc<Self>) -> Result<Checkpoint, ShardStopped> {
        let ask = |shard: Rc<Shard>| -> super::LocalFuture<Vec<(TopicPartition, Marks)>> {
            Box::pin(async move {
                let controller = shard.controller();
                let metadata = controller.iter().map(|controller| controller.log());
                let partitions = shard.partitions();
                let all = partitions.iter().chain(metadata);
                all.map(|p| (p.name.clone(), Partition::marks(p))).collect()
            })
        };
        let shards = self.gather(ask).await?;
        Ok(shards.into_iter().flatten().collect())
    }

    /// Replaces the four checkpoint files, each all or nothing.
    async fn write_checkpoints(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let recovery = |marks: &Marks| Some(marks.recovery_point);
        let high = |marks: &Marks| Some(marks.high);
        // Kafka leaves out starts that say nothing: those at the beginning.
        let start = |marks: &Marks| Some(marks.log_start).filter(|start| *start > Offset::ZERO);
        self.write_one(names::RECOVERY_POINTS, checkpoint, recovery)
            .await?;
        self.write_one(names::HIGH_WATERMARKS, checkpoint, high)
            .await?;
        self.write_one(names::LOG_STARTS, checkpoint, start).await?;
        let cleaned = |marks: &Marks| marks.cleaned;
        self.write_one(names::CLEANED, checkpoint, cleaned).await
    }

    async fn write_one(
        &self,
        name: &str,
        checkpoint: &Checkpoint,
        mark: impl Fn(&Marks) -> Option<Offset>,
    ) -> io::Result<()> {
        let entries = checkpoint
            .iter()
            .filter_map(|(name, marks)| Some((name, mark(marks)?)));
        let entries: Vec<_> = entries.collect();
        let text = layout::encode_offsets(entries.into_iter());
        fs::write_atomic(&self.data.join(name), text.into_bytes()).await
    }
}

/// Reads one checkpoint file. A missing one is empty; a damaged one is reported and counts as
/// empty: recovery then looks at more than it had to.
pub async fn read(path: &std::path::Path) -> BTreeMap<TopicPartition, Offset> {
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

/// What the last run left for this one to start from.
#[derive(Debug, Clone, Default)]
pub struct BootMarks {
    /// The clean-shutdown marker was there.
    pub clean: bool,
    pub recovery_points: BTreeMap<TopicPartition, Offset>,
    pub log_starts: BTreeMap<TopicPartition, Offset>,
    pub cleaned: BTreeMap<TopicPartition, Offset>,
}

impl BootMarks {
    /// Reads the checkpoint files of a data directory.
    pub async fn read(data: &std::path::Path, clean: bool) -> BootMarks {
        BootMarks {
            clean,
            recovery_points: read(&data.join(names::RECOVERY_POINTS)).await,
            log_starts: read(&data.join(names::LOG_STARTS)).await,
            cleaned: read(&data.join(names::CLEANED)).await,
        }
    }
}
