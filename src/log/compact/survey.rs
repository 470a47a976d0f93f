use super::content::content;
use super::markers::Markers;
use super::source::Source;
use super::{OffsetMap, SourceFault};
use crate::log::{AbortedTxn, Feed, SegmentFile};
use crate::model::Offset;
use crate::records::{BatchView, Records};

/// Notes the last offset of every key in the dirty part of a log, until the map is full or the
/// part is at its end (`Cleaner.buildOffsetMap`).
#[derive(Debug)]
pub struct Survey {
    from: Offset,
    map: OffsetMap,
    markers: Markers,
    source: Option<(Source, Offset)>,
    is_full: bool,
}

impl Survey {
    /// Begins at offset `from`. `aborted` are the transactions that overlap what comes.
    pub fn new(from: Offset, map: OffsetMap, aborted: Vec<AbortedTxn>) -> Survey {
        Survey {
            from,
            map,
            markers: Markers::new(aborted),
            source: None,
            is_full: false,
        }
    }

    /// The next segment, of which the whole file is fed; `next` is the base of the one after it.
    pub fn begin(&mut self, file: &SegmentFile, next: Offset) {
        self.source = Some((Source::new(file, next), next));
    }

    /// The next bytes of the segment, in slices of any size.
    pub fn feed(&mut self, bytes: &[u8]) -> Feed {
        let Some((mut source, next)) = self.source.take() else {
            return Feed::Enough;
        };
        let feed = source.feed(bytes, &mut |batch| self.note(batch));
        self.source = Some((source, next));
        if self.is_full { Feed::Enough } else { feed }
    }

    /// The segment is at its end. Says whether there is room for the next one.
    pub fn end(&mut self) -> Result<bool, SourceFault> {
        let Some((source, next)) = self.source.take() else {
            return Ok(!self.is_full);
        };
        if self.is_full {
            return Ok(false);
        }
        source.finish()?;
        self.map.reach(next);
        Ok(true)
    }

    /// What was found; it speaks for all segments that were ended, or up to where it was full.
    pub fn finish(self) -> OffsetMap {
        self.map
    }

    fn note(&mut self, batch: &BatchView<'_>) -> Result<(), SourceFault> {
        if self.is_full {
            return Ok(());
        }
        if batch.is_control() {
            self.markers.on_control(batch)?;
        } else if !self.markers.on_data(batch) && batch.last_offset() >= self.from {
            self.note_records(batch)?;
        }
        if !self.is_full {
            self.map.reach(batch.last_offset().next());
        }
        Ok(())
    }

    fn note_records(&mut self, batch: &BatchView<'_>) -> Result<(), SourceFault> {
        let content = content(batch)?;
        for record in Records::new(&content, batch.count()) {
            let record = record?;
            let offset = batch.offset_of(record.offset_delta);
            let Some(key) = record.key.filter(|_| offset >= self.from) else {
                continue;
            };
            if !self.map.put(key, offset) {
                self.is_full = true;
                return Ok(());
            }
            // Within a batch too, so that a batch with more keys than fit is got through.
            self.map.reach(offset.next());
        }
        Ok(())
    }
}
