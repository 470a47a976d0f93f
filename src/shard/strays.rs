//! Directories of partitions that the cluster does not know (any more).

use std::io;
use std::rc::Rc;

use super::Shard;
use crate::io::{fs, random};
use crate::log::layout::{DirectoryState, PartitionDirectory};
use crate::model::Uuid;

impl Shard {
    /// Finishes deletions that a stop interrupted, and sets aside directories that belong to no
    /// partition: their content may still be wanted, so it is renamed and said, never removed.
    pub async fn clear_strays(self: &Rc<Self>) -> io::Result<()> {
        for entry in fs::list(&self.data).await? {
            let Some(found) = PartitionDirectory::parse(&entry.name).filter(|_| entry.is_dir)
            else {
                continue;
            };
            match found.state {
                DirectoryState::Deleted(_) => {
                    fs::remove_dir_all(&self.data.join(&entry.name)).await?;
                }
                DirectoryState::Live if !self.is_known(&found) => {
                    let mut dice = [0; 16];
                    random::fill(&mut dice);
                    let state = DirectoryState::Stray(Uuid::from_random(dice));
                    let aside = PartitionDirectory { state, ..found }.to_string();
                    tracing::warn!(
                        directory = entry.name,
                        renamed = aside,
                        "no topic owns this directory; it was set aside"
                    );
                    fs::rename(&self.data.join(&entry.name), &self.data.join(aside)).await?;
                }
                _ => {}
            }
        }
        // From here on their names are free.
        fs::sync_dir(&self.data).await
    }

    fn is_known(&self, directory: &PartitionDirectory) -> bool {
        let (name, image) = (&directory.partition, self.image());
        let topic = image.topic(&name.topic);
        let known = topic.is_some_and(|topic| topic.partition(name.index).is_some());
        known || name.topic.as_str() == super::metadata_log::TOPIC
    }
}
