//! Directories of partitions that the cluster does not know (any more).

use std::io;
use std::path::Path;

use super::Shard;
use crate::io::{fs, random};
use crate::log::layout::{DirectoryState, PartitionDirectory};
use crate::model::Uuid;

impl Shard {
    /// Finishes deletions that a stop interrupted, and sets aside directories that belong to no
    /// partition: their content may still be wanted, so it is renamed and said, never removed. A
    /// log directory in which that fails is offline afterwards.
    pub async fn clear_strays(&self) {
        for dir in self.dirs.online() {
            if let Err(error) = self.clear(&dir.path).await {
                dir.fail(format!("it cannot be put in order: {error}"));
            }
        }
    }

    async fn clear(&self, data: &Path) -> io::Result<()> {
        for entry in fs::list(data).await? {
            let Some(found) = PartitionDirectory::parse(&entry.name).filter(|_| entry.is_dir)
            else {
                continue;
            };
            match found.state {
                DirectoryState::Deleted(_) => {
                    fs::remove_dir_all(&data.join(&entry.name)).await?;
                }
                DirectoryState::Live if !self.is_known(&found) => {
                    let mut dice = [0; 16];
                    random::fill(&mut dice);
                    let state = DirectoryState::Stray(Uuid::from_random(dice));
                    let aside = PartitionDirectory { state, ..found }.to_string();
                    tracing::warn!(
                        directory = %data.join(&entry.name).display(),
                        renamed = aside,
                        "no topic owns this directory; it was set aside"
                    );
                    fs::rename(&data.join(&entry.name), &data.join(aside)).await?;
                }
                _ => {}
            }
        }
        // From here on their names are free.
        fs::sync_dir(data).await
    }

    fn is_known(&self, directory: &PartitionDirectory) -> bool {
        let (name, image) = (&directory.partition, self.image());
        let topic = image.topic(&name.topic);
        let known = topic.is_some_and(|topic| topic.partition(name.index).is_some());
        known || name.topic.as_str() == super::metadata_log::TOPIC
    }
}
