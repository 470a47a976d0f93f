//! What becomes of acknowledged bytes when their segment takes none. The file of the journal that
//! holds them is wanted for new frames, and one broken partition must not stop the others. So they
//! are copied to a journal of their own, of one file, which the next start replays with the rest.
//!
//! A broken partition takes no more records: all that is ever copied is what the journal held of
//! it when it broke.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;

use super::file::JournalFile;
use super::filling::{self, Run};
use super::frame::{self, Frame, Head, Origin};
use super::name::JournalName;
use crate::io::{File, OpenMode, fs, random};
use crate::model::PartitionId;
use crate::shard::partition::Piece;
use crate::shard::{LogDir, Shard};

/// Copies what a full file holds of broken partitions. After that the file may be written again.
pub async fn copy(
    shard: &Shard,
    dir: &LogDir,
    (origin, full): (Origin, &JournalFile),
    broken: &BTreeSet<PartitionId>,
) -> io::Result<()> {
    let name = JournalName {
        origin: Origin {
            shard: origin.shard,
            generation: random::u64(),
        },
        number: 1,
    };
    let mut copy = Copy {
        file: File::open(&dir.join(name.to_string()), OpenMode::Create).await?,
        origin: name.origin,
        position: 0,
        frames: 0,
        synced_through: 0,
    };
    let bytes: Bytes = fs::read(&full.path).await?.into();
    // Behind the frames of this round lie those of the round before.
    let of_this_round = |frame: &Frame| frame.head.sequence >= full.first;
    for frame in frame::all(&bytes, origin).into_iter().filter(of_this_round) {
        let runs: Vec<Run> = runs_of(frame, broken).collect();
        if !runs.is_empty() {
            copy.push(shard, &runs).await?;
        }
    }
    copy.end(shard).await?;
    fs::sync_dir(&dir.path).await
}

fn runs_of(frame: Frame, broken: &BTreeSet<PartitionId>) -> impl Iterator<Item = Run> {
    let of_broken = frame
        .runs
        .into_iter()
        .filter(|(entry, _)| broken.contains(&entry.partition));
    of_broken.map(|(entry, bytes)| Run {
        partition: entry.partition,
        base: entry.base,
        pieces: vec![Piece {
            segment: entry.segment,
            position: entry.position.into(),
            bytes,
        }],
    })
}

struct Copy {
    file: File,
    origin: Origin,
    position: u64,
    frames: u64,
    synced_through: u64,
}

impl Copy {
    async fn push(&mut self, shard: &Shard, runs: &[Run]) -> io::Result<()> {
        self.frames += 1;
        let head = Head {
            origin: self.origin,
            sequence: self.frames,
            live_from: 1,
            synced_through: self.synced_through,
        };
        let blocks = filling::seal(&shard.pool, head, runs.iter());
        let bytes = blocks.len() as u64;
        self.file.write_at(blocks, self.position).await?;
        self.position += bytes;
        Ok(())
    }

    /// A last frame, without entries, says that the others were synced.
    async fn end(&mut self, shard: &Shard) -> io::Result<()> {
        self.file.sync().await?;
        self.synced_through = self.frames;
        self.push(shard, &[]).await?;
        self.file.sync().await
    }
}
