//! What leaves a partition: retention, DeleteRecords, and the whole directory.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use super::read::ReadRefusal;
use super::{Partition, Refusal};
use crate::io::{File, OpenMode, clock, fs, task};
use crate::log::layout::FileKind;
use crate::log::{Retained, Rolled, Trimmed};
use crate::model::Offset;

impl Partition {
    /// Applies retention by time, size and log start. Says whether anything went.
    pub(in crate::shard) async fn retain(self: &Rc<Self>) -> Result<bool, ReadRefusal> {
        loop {
            self.files.arrangement.settled().await;
            let retained = {
                let mut state = self.state_mut();
                let high = state.leader.high();
                state.log.retain(high, clock::wall())
            };
            match retained {
                Retained::All => return Ok(false),
                Retained::NeedIndex(segment) => self.load_index(segment).await?,
                Retained::Trimmed(trimmed) => {
                    self.apply(trimmed);
                    return Ok(true);
                }
            }
        }
    }

    /// DeleteRecords up to `to`, -1 meaning the high watermark. Gives the new log start.
    pub async fn delete_records(self: &Rc<Self>, to: i64) -> Result<Offset, Refusal> {
        self.files.arrangement.settled().await;
        if let Some(fault) = self.fault() {
            return Err(fault.into());
        }
        let trimmed = {
            let mut state = self.state_mut();
            let high = state.leader.high();
            let to = if to == -1 { high } else { Offset(to) };
            let trimmed = state.log.delete_records(to, high, clock::wall())?;
            state.dirty = true;
            trimmed
        };
        let start = trimmed.log_start;
        self.apply(trimmed);
        Ok(start)
    }

    fn apply(self: &Rc<Self>, trimmed: Trimmed) {
        // Fetch sessions are told where the log starts now.
        self.wake_readers();
        if let Some(rolled) = &trimmed.rolled {
            let mut state = self.state_mut();
            state.appender.roll(rolled.opened);
            state.dirty = true;
        }
        if !trimmed.deleted.is_empty() {
            tracing::info!(
                partition = %self.name, segments = trimmed.deleted.len(),
                log_start = %trimmed.log_start, "segments deleted"
            );
        }
        let (partition, delay) = (self.clone(), self.policy().file_delete_delay);
        task::spawn(async move {
            // Nothing may be written to a file that is gone. A fault is said where it happens.
            drop(partition.settle_alone().await);
            if let Err(error) = partition.remove_segments(&trimmed, delay).await {
                tracing::warn!(partition = %partition.name, %error, "deleting segments failed");
            }
        })
        .detach();
    }

    /// Renames the files of segments, and removes them when readers have had time to finish. What
    /// a power cut leaves of the log ends where it did, and has no gaps.
    async fn remove_segments(&self, trimmed: &Trimmed, delay: Duration) -> io::Result<()> {
        if let Some(rolled) = &trimmed.rolled {
            self.found_segment(rolled).await?;
        }
        let mut doomed = Vec::new();
        for segment in &trimmed.deleted {
            self.files.close(*segment);
            for kind in FileKind::ALL {
                let name = kind.at(*segment);
                let path = self.files.directory().join(name.to_string());
                let renamed = self.files.directory().join(name.deleted().to_string());
                match fs::rename(&path, &renamed).await {
                    Ok(()) => doomed.push(renamed),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            // The next one is not to go before this one has.
            fs::sync_dir(self.files.directory()).await?;
        }
        remove_after(delay, doomed).await
    }

    /// Removes files when readers have had time to finish.
    pub(super) fn remove_later(self: &Rc<Self>, doomed: Vec<PathBuf>) {
        let (partition, delay) = (self.clone(), self.policy().file_delete_delay);
        task::spawn(async move {
            if let Err(error) = remove_after(delay, doomed).await {
                tracing::warn!(partition = %partition.name, %error, "a deleted file stays");
            }
        })
        .detach();
    }

    /// The file of a segment that begins where an emptied log ends, before anything is written to
    /// it: its name is all that is left of the log's end.
    async fn found_segment(&self, rolled: &Rolled) -> io::Result<()> {
        self.write_snapshot(rolled).await?;
        File::open(&self.files.path(rolled.opened), OpenMode::Create).await?;
        fs::sync_dir(self.files.directory()).await
    }
}

async fn remove_after(delay: Duration, doomed: Vec<PathBuf>) -> io::Result<()> {
    clock::sleep(delay).await;
    for path in doomed {
        fs::remove_file(&path).await?;
    }
    Ok(())
}
