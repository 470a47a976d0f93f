//! The indexes of closed segments, read back when a reader needs them.

use super::{Fault, Partition};
use crate::io::{clock, fs, task};
use crate::log::layout::FileKind;
use crate::log::{Feed, Indexes, Reindex, Segment, SegmentFile, TxnIndex};
use crate::model::Offset;

/// A segment is read in pieces of this size to be indexed anew, bytes.
const PIECE_BYTES: usize = 1 << 20;

impl Partition {
    /// Reads the index files of a closed segment back into memory. Nothing happens when the files
    /// change places meanwhile: the log then asks for them again.
    pub(super) async fn load_index(&self, segment: Offset) -> Result<(), Fault> {
        let layout = self.files.arrangement.settled().await;
        let indexes = self.read_index(segment).await;
        if self.files.arrangement.is(layout) {
            let bytes = self.state_mut().log.load_index(segment, indexes?);
            self.indexes.note((self.id, segment), bytes);
        }
        Ok(())
    }

    /// Gives the memory of a closed segment's indexes back.
    pub(in crate::shard) fn drop_index(&self, segment: Offset) {
        let mut state = self.state_mut();
        if segment != state.log.active().base() {
            state.log.drop_index(segment);
        }
    }

    async fn read_index(&self, segment: Offset) -> Result<Indexes, Fault> {
        let bytes = {
            let state = self.state();
            state.log.segment(segment).map_or(0, Segment::bytes)
        };
        let offsets = self.read_index_file(FileKind::OffsetIndex, segment).await;
        let times = self.read_index_file(FileKind::TimeIndex, segment).await;
        let aborted = self.read_index_file(FileKind::TxnIndex, segment).await;
        // Only a segment with aborted transactions has this one.
        let aborted = aborted.unwrap_or_default();
        let Some(transactions) = TxnIndex::parse(&aborted) else {
            // The segment alone does not tell which of its transactions were aborted.
            let path = self.index_path(FileKind::TxnIndex, segment);
            let why = format!("{path} is damaged; restore it from a replica or a backup");
            tracing::error!(partition = %self.name, file = path, "an index file is damaged");
            return Err(Fault::Read { segment, why });
        };
        let known = (offsets.as_ref().ok()).zip(times.as_ref().ok());
        let parsed =
            known.and_then(|(offsets, times)| Indexes::parse([offsets, times, &aborted], bytes));
        match parsed {
            Some(indexes) => Ok(indexes),
            None => self.rebuild_index(segment, bytes, transactions).await,
        }
    }

    fn index_path(&self, kind: FileKind, segment: Offset) -> String {
        let path = self.files.directory().join(kind.at(segment).to_string());
        path.display().to_string()
    }

    async fn read_index_file(&self, kind: FileKind, segment: Offset) -> std::io::Result<Vec<u8>> {
        fs::read(&self.files.directory().join(kind.at(segment).to_string())).await
    }

    /// Reads the whole segment for the indexes that its files do not tell. Of a damaged segment
    /// there are none: then it is searched from its beginning.
    async fn rebuild_index(
        &self,
        segment: Offset,
        bytes: u32,
        aborted: TxnIndex,
    ) -> Result<Indexes, Fault> {
        tracing::warn!(
            partition = %self.name,
            file = self.index_path(FileKind::OffsetIndex, segment),
            time_file = self.index_path(FileKind::TimeIndex, segment),
            "an index file is damaged or lost; the index is made anew from the segment"
        );
        let file = SegmentFile {
            base: segment,
            bytes: bytes.into(),
            indexed: false,
            modified: clock::wall(),
        };
        let next = self.segment_after(segment).unwrap_or(Offset(i64::MAX));
        let mut reindex = Reindex::new(&self.policy().log, &file, next);
        let log = self.open(segment).await?;
        let mut at = 0;
        while at < file.bytes {
            let want = PIECE_BYTES.min((file.bytes - at) as usize);
            let read = log.read_at(at, want).await;
            let read = read.map_err(|error| Fault::read(segment, &error))?;
            if read.is_empty() || reindex.feed(&read) == Feed::Enough {
                break;
            }
            at += read.len() as u64;
            task::yield_if_needed().await;
        }
        Ok(reindex.finish(aborted).unwrap_or_default())
    }
}
