//! The check of one closed segment, from its file, past the page cache.

use std::ops::Range;
use std::path::PathBuf;

use super::{Fault, Partition};
use crate::io::{File, OpenMode};
use crate::log::{Broken, Scrub};
use crate::model::Offset;

/// Bytes read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// A closed segment that lies whole in its file.
#[derive(Debug, Clone)]
pub struct Closed {
    offsets: Range<Offset>,
    bytes: u64,
}

impl Closed {
    /// The offset in its file's name.
    pub fn base(&self) -> Offset {
        self.offsets.start
    }

    /// Where the next segment begins.
    pub fn end(&self) -> Offset {
        self.offsets.end
    }
}

impl Partition {
    pub fn segment_path(&self, segment: Offset) -> PathBuf {
        self.files.path(segment)
    }

    /// The first closed segment that begins at or past an offset.
    pub fn closed_from(&self, offset: Offset) -> Option<Closed> {
        let state = self.state();
        let mut segments = state.log.segments().filter(|s| s.base() >= offset);
        let segment = segments.next()?;
        let next = segments.next()?.base();
        (next <= state.recovery_point).then(|| Closed {
            offsets: segment.base()..next,
            bytes: segment.bytes().into(),
        })
    }

    /// Reads a closed segment as fast as `spend` lets it, and marks what is broken; gives what was
    /// not known before. Stops without a word when the segment goes or changes meanwhile.
    pub async fn scrub(
        &self,
        closed: &Closed,
        mut spend: impl AsyncFnMut(usize) -> bool,
    ) -> Result<Vec<Broken>, Fault> {
        let segment = closed.offsets.start;
        let layout = self.files.arrangement.settled().await;
        let opened = File::open(&self.files.path(segment), OpenMode::ReadOnly).await;
        let broken = |error: std::io::Error| Fault::read(segment, &error);
        let is_there =
            || self.files.arrangement.is(layout) && self.state().log.segment(segment).is_some();
        let mut found = Vec::new();
        let (mut scrub, mut at) = (Scrub::new(closed.offsets.clone(), closed.bytes), 0);
        while at < closed.bytes {
            let len = CHUNK_BYTES.min((closed.bytes - at) as usize);
            if !spend(len).await || !is_there() {
                return Ok(found);
            }
            let file = opened
                .as_ref()
                .map_err(|error| Fault::read(segment, error))?;
            let bytes = file.read_at(at, len).await.map_err(broken)?;
            at += bytes.len() as u64;
            let finding = match bytes.is_empty() {
                true => scrub.end(),
                false => scrub.feed(&bytes),
            };
            let last = || (at >= closed.bytes).then(|| scrub.end()).flatten();
            let Some(finding) = finding.or_else(last) else {
                continue;
            };
            if !is_there() {
                return Ok(found);
            }
            at = self
                .sound_after(segment, finding.position)
                .await?
                .unwrap_or(closed.bytes);
            scrub.resume(at);
            if self.rot.add(segment, finding.position..at) {
                found.push(finding);
            }
        }
        Ok(found)
    }

    /// Where the index says that a batch begins behind a broken one, whose own length cannot be
    /// believed.
    async fn sound_after(&self, segment: Offset, position: u64) -> Result<Option<u64>, Fault> {
        loop {
            {
                let state = self.state();
                let Some(segment) = state.log.segment(segment) else {
                    return Ok(None);
                };
                if let Some(indexes) = segment.indexes() {
                    let entries = 0..indexes.offsets.entries();
                    let mut places = entries.map(|n| u64::from(indexes.offsets.entry(n).1));
                    return Ok(places.find(|place| *place > position));
                }
            }
            self.load_index(segment).await?;
        }
    }
}
