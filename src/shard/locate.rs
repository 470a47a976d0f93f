//! In which log directory a partition lies, or is to be made.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::Shard;
use super::boot_marks::BootMarks;
use super::log_dirs::LogDir;
use super::partition::Fault;
use crate::cluster::{self, Command, Occupancy};
use crate::model::{PartitionId, TopicPartition, Uuid};

impl Shard {
    /// The directory in which the partition was found at the start, whatever the records say; else
    /// the one that the records name, to be made there.
    ///
    /// Kafka makes a partition anew in another directory when its own was replaced by an empty
    /// one. Here that is refused: without a second replica it would lose every record unnoticed.
    pub(super) fn locate(
        &self,
        boot: &BootMarks,
        id: PartitionId,
        name: &TopicPartition,
    ) -> Result<Arc<LogDir>, Fault> {
        let logs = self.dirs.logs().iter();
        let mut holders = logs.filter(|dir| boot.of(dir).held.contains(name));
        let recorded = self.recorded_dir(id);
        match (holders.next(), holders.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(one), Some(other)) => Err(Fault::Directory(format!(
                "duplicate log directories for {name} are found in both {} and {}; move one of \
                 the two away, that of the directory that failed last, and start again",
                one.path.display(),
                other.path.display()
            ))),
            _ if !cluster::is_directory(recorded) => self.emptiest(name),
            _ => match self.dirs.by_id(recorded) {
                Some(dir) if dir.is_online() => Ok(dir.clone()),
                Some(dir) => Err(Fault::LogDir(dir.path.clone())),
                // It may be the one whose id could not be read.
                None if let Some(failed) = self.failed_dir() => Err(Fault::LogDir(failed)),
                None => Err(Fault::Directory(format!(
                    "{name} lies in the log directory with id {recorded}, which is none of \
                     log.dirs; mount or name that directory and start again, or delete the topic"
                ))),
            },
        }
    }

    /// Where the records say that this node holds the partition.
    fn recorded_dir(&self, id: PartitionId) -> Uuid {
        let node = self.settings().node;
        let image = self.image();
        image
            .partition(id)
            .map_or(Uuid::ZERO, |partition| partition.directory_of(node))
    }

    fn failed_dir(&self) -> Option<PathBuf> {
        let failed = self.dirs.logs().iter().find(|dir| !dir.is_online());
        failed.map(|dir| dir.path.clone())
    }

    /// For a partition whose directory nobody has chosen yet.
    fn emptiest(&self, name: &TopicPartition) -> Result<Arc<LogDir>, Fault> {
        // It may lie in one that cannot be read.
        if let Some(failed) = self.failed_dir() {
            return Err(Fault::LogDir(failed));
        }
        let image = self.image();
        let broker = image.broker(self.settings().node);
        let chosen = broker.map(|broker| Occupancy::of(&image).emptiest(broker));
        let chosen = chosen.and_then(|id| self.dirs.by_id(id));
        let chosen = chosen.or(self.dirs.logs().first());
        let nowhere = || Fault::Directory(format!("{name} has no log directory"));
        chosen.cloned().ok_or_else(nowhere)
    }

    /// Has the records say where every partition lies (AssignReplicasToDirs).
    pub async fn assign_log_dirs(self: &Rc<Self>) -> Result<(), super::CommandRefusal> {
        let differing = self.gather(|shard| {
            Box::pin(async move {
                let found = shard.partitions().into_iter();
                let found = found.map(|partition| (partition.id, partition.dir.id()));
                found
                    .filter(|(id, dir)| shard.recorded_dir(*id) != *dir)
                    .collect::<Vec<_>>()
            })
        });
        let found: Vec<_> = differing.await?.into_iter().flatten().collect();
        if !found.is_empty() {
            let node = self.settings().node;
            self.command(Command::AssignLogDirs { node, found }).await?;
        }
        Ok(())
    }
}
