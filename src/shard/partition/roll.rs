//! What surrounds a roll, off the data path. Before it, the next segment's file is made ready.
//! After it, the closed segment gets its exact length, its index files and the producer snapshot,
//! and only then does the recovery point pass it.

use std::io;
use std::rc::Rc;

use super::commit::DISK_FULL_RETRY;
use super::{Fault, Partition};
use crate::io::{File, OpenMode, clock, fs, task};
use crate::log::layout::{self, FileKind, LogFileName, names};
use crate::log::{Indexes, Rolled, snapshot};
use crate::model::Offset;
use crate::shard::Shard;

/// Starts the closing of every rolled segment whose bytes are all in its file.
pub(super) fn finish_rolled(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    for rolled in partition.take_finished_rolls() {
        let (shard, partition) = (shard.clone(), partition.clone());
        partition.closing.set(partition.closing.get() + 1);
        task::spawn(async move {
            close(&shard, &partition, &rolled).await;
            partition.closing.set(partition.closing.get() - 1);
        })
        .detach();
    }
}

/// Closes a segment. A full disk is waited for, unless the node stops.
async fn close(shard: &Rc<Shard>, partition: &Partition, rolled: &Rolled) {
    loop {
        let begun = shard.background.take(1).await;
        let Err(error) = partition.close_segment(rolled).await else {
            return;
        };
        drop(begun);
        if partition.state().log.segment(rolled.closed).is_none() {
            return partition.on_closed(rolled);
        }
        if let Some(fault) = partition.fault() {
            partition.give_up(shard, &fault);
        }
        let is_full = error.kind() == io::ErrorKind::StorageFull;
        if !is_full || shard.is_stopping() || partition.fault().is_some() {
            // Its bytes are safe, here or in the journal, and recovery makes these files anew: but
            // for a sync that failed this is no fault of the partition.
            tracing::warn!(
                partition = %partition.name, segment = %rolled.closed, %error,
                "closing a segment failed; the next start will scan it"
            );
            return;
        }
        clock::sleep(DISK_FULL_RETRY).await;
    }
}

/// Makes the next segment's file in the background, when the roll is near.
pub(super) fn prepare_next(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    let is_near = partition.state().log.nears_roll(clock::wall());
    if !is_near || !partition.files.begin_preparing() {
        return;
    }
    let (shard, partition) = (shard.clone(), partition.clone());
    partition.closing.set(partition.closing.get() + 1);
    task::spawn(async move {
        let begun = shard.background.take(1).await;
        let bytes = partition.policy().log.segment_bytes;
        partition.files.prepare(bytes.into()).await;
        partition.closing.set(partition.closing.get() - 1);
        drop(begun);
    })
    .detach();
}

/// The index files of a segment; the one of transactions only where there is something in it.
pub(super) fn index_files(indexes: &Indexes) -> Vec<(FileKind, Vec<u8>)> {
    let mut files = vec![
        (FileKind::OffsetIndex, indexes.offsets.as_bytes().to_vec()),
        (FileKind::TimeIndex, indexes.times.as_bytes().to_vec()),
    ];
    let aborted = indexes.aborted.to_bytes();
    if !aborted.is_empty() {
        files.push((FileKind::TxnIndex, aborted));
    }
    files
}

impl Partition {
    fn take_finished_rolls(&self) -> Vec<Rolled> {
        let mut state = self.state_mut();
        let settled = state.settled.end;
        let (done, waiting): (Vec<Rolled>, _) = std::mem::take(&mut state.rolled)
            .into_iter()
            .partition(|r| r.opened <= settled);
        state.rolled = waiting;
        for rolled in &done {
            state.unclosed.begin(rolled.closed);
        }
        done
    }

    async fn close_segment(&self, rolled: &Rolled) -> io::Result<()> {
        self.write_indexes(rolled.closed).await?;
        self.write_snapshot(rolled).await?;
        let file = File::open(&self.files.path(rolled.closed), OpenMode::ReadWrite).await?;
        file.truncate(rolled.closed_bytes.into()).await?;
        if let Err(error) = file.sync().await {
            // Nothing is known of these bytes any more, and the next sync would not say so: what
            // the journal holds of them has to stay there.
            self.break_off(&Fault::sync(rolled.closed, &error));
            return Err(error);
        }
        fs::sync_dir(self.files.directory()).await?;
        self.files.close(rolled.closed);
        self.on_closed(rolled);
        let mut state = self.state_mut();
        if state.log.segment(rolled.closed).is_some() {
            state.log.drop_index(rolled.closed);
        }
        Ok(())
    }

    /// The recovery point follows the segments that are closed, in their order.
    fn on_closed(&self, rolled: &Rolled) {
        let mut state = self.state_mut();
        if let Some(reached) = state.unclosed.end(rolled.closed, rolled.opened) {
            state.recovery_point = state.recovery_point.max(reached);
        }
    }

    /// Writes the index files of a segment whose indexes are in memory.
    async fn write_indexes(&self, segment: Offset) -> io::Result<()> {
        let files = {
            let state = self.state();
            let Some(indexes) = state.log.segment(segment).and_then(|s| s.indexes()) else {
                return Ok(());
            };
            index_files(indexes)
        };
        for (kind, bytes) in files {
            self.write_durably(kind.at(segment), bytes).await?;
        }
        Ok(())
    }

    /// Writes what is known of the producers before the opened segment.
    pub(super) async fn write_snapshot(&self, rolled: &Rolled) -> io::Result<()> {
        let name = FileKind::Snapshot.at(rolled.opened);
        self.write_durably(name, rolled.snapshot.clone()).await
    }

    async fn write_durably(&self, name: LogFileName, bytes: Vec<u8>) -> io::Result<()> {
        let path = self.files.directory().join(name.to_string());
        fs::write(&path, bytes).await?;
        fs::sync_file(&path).await
    }

    /// Writes the leader-epoch checkpoint.
    pub(in crate::shard) async fn write_epochs(&self) -> io::Result<()> {
        let text = layout::encode_epochs(self.state().log.epochs());
        let path = self.files.directory().join(names::LEADER_EPOCHS);
        fs::write_atomic(&path, text.into_bytes()).await
    }

    /// A clean stop: everything that Kafka would find after one is on the disk afterwards. The
    /// caller has made sure that nothing is staged any more.
    pub async fn close(&self) -> Result<(), Fault> {
        if self.fault().is_some() || !self.state().dirty {
            return Ok(());
        }
        if let Some(segment) = self.state().unclosed.first() {
            let why = "its files are not closed; the next start will scan it".into();
            return Err(Fault::Write { segment, why });
        }
        self.discard_next_file().await;
        let (segment, bytes, end, snapshot) = {
            let mut state = self.state_mut();
            assert!(
                state.appender.is_empty(),
                "a partition is closed when it is quiet"
            );
            state.log.seal_active();
            let active = state.log.active();
            let snapshot = snapshot::encode(state.log.producers().iter());
            (active.base(), active.bytes(), active.end(), snapshot)
        };
        self.close_files(segment, bytes, end, snapshot)
            .await
            .map_err(|error| Fault::write(segment, &error))?;
        let mut state = self.state_mut();
        state.recovery_point = end;
        state.dirty = false;
        Ok(())
    }

    async fn close_files(
        &self,
        segment: Offset,
        bytes: u32,
        end: Offset,
        snapshot: Vec<u8>,
    ) -> io::Result<()> {
        let file = File::open(&self.files.path(segment), OpenMode::Create).await?;
        file.truncate(bytes.into()).await?;
        file.sync().await?;
        self.write_indexes(segment).await?;
        self.write_epochs().await?;
        self.write_durably(FileKind::Snapshot.at(end), snapshot)
            .await?;
        fs::sync_dir(self.files.directory()).await?;
        self.files.close_all();
        Ok(())
    }
}
