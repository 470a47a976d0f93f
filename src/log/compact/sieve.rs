use std::collections::BTreeMap;

use super::content::content;
use super::markers::{Marker, Markers};
use super::rewrite;
use super::source::{Source, SourceFault};
use super::{Cleaned, OffsetMap};
use crate::log::{AbortedTxn, Feed, LastBatch, SegmentFile};
use crate::model::{Offset, ProducerId, Timestamp};
use crate::records::{BatchView, Record, Records};

/// Decides what becomes of every batch, and writes what stays (`Cleaner.cleanInto`).
#[derive(Debug)]
pub struct Sieve {
    rules: Rules,
    map: OffsetMap,
    markers: Markers,
    /// The last batch of every producer that the log remembers.
    producers: BTreeMap<ProducerId, LastBatch>,
    source: Option<Source>,
    cleaned: Option<Cleaned>,
    /// The last batch, emptied, while it is not among those that stay.
    pending: Option<Vec<u8>>,
}

/// What a pass goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// When the pass began.
    pub now: Timestamp,
    /// `delete.retention.ms`.
    pub delete_retention_ms: i64,
    /// `index.interval.bytes`.
    pub index_interval_bytes: u32,
}

/// What is decided of a batch before its records are looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Verdict {
    /// None of its records stays.
    discards: bool,
    /// It stays even when none of its records does.
    stays: bool,
    /// It is the marker of a transaction of which nothing is left.
    idle_marker: bool,
}

impl Sieve {
    /// `aborted` are the aborted transactions of the whole log.
    pub fn new(rules: Rules, map: OffsetMap, aborted: Vec<AbortedTxn>) -> Sieve {
        Sieve {
            rules,
            map,
            markers: Markers::new(aborted),
            producers: BTreeMap::new(),
            source: None,
            cleaned: None,
            pending: None,
        }
    }

    /// A group of segments that becomes one, named after `base`. `modified` is when the last of
    /// them was changed.
    pub fn begin(
        &mut self,
        base: Offset,
        modified: Timestamp,
        producers: BTreeMap<ProducerId, LastBatch>,
    ) {
        self.producers = producers;
        self.cleaned = Some(Cleaned::new(base, modified));
    }

    /// The next segment of the group; `next` is the base of the one after it.
    pub fn begin_segment(&mut self, file: &SegmentFile, next: Offset) {
        self.source = Some(Source::new(file, next));
    }

    /// The next bytes of the segment; what stays of them is added to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Feed {
        let Some(mut source) = self.source.take() else {
            return Feed::Enough;
        };
        let feed = source.feed(bytes, &mut |batch| self.sift(batch, out));
        self.source = Some(source);
        feed
    }

    /// The segment is at its end.
    pub fn end_segment(&mut self) -> Result<(), SourceFault> {
        self.source.take().map_or(Ok(()), Source::finish)
    }

    /// The group is at its end; the last of what stays is added to `out`. `None` when no group
    /// was begun.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<Option<Cleaned>, SourceFault> {
        if let Some(last) = self.pending.take() {
            self.emit(&last, out)?;
        }
        Ok(self.cleaned.take().map(Cleaned::sealed))
    }

    fn sift(&mut self, batch: &BatchView<'_>, out: &mut Vec<u8>) -> Result<(), SourceFault> {
        let verdict = self.judge(batch)?;
        if verdict.discards {
            return self.empty(batch, verdict, out);
        }
        let content = content(batch)?;
        let mut kept = Vec::new();
        let (mut all, mut tombstones) = (true, false);
        for record in Records::new(&content, batch.count()) {
            let record = record?;
            if batch.is_control() || self.retains(batch, &record) {
                tombstones |= record.value.is_none();
                kept.push(record);
            } else {
                all = false;
            }
        }
        if kept.is_empty() {
            return self.empty(batch, verdict, out);
        }
        let waits = tombstones || verdict.idle_marker;
        let known = batch.delete_horizon();
        if all && (known.is_some() || !waits) {
            return self.emit(batch.bytes(), out);
        }
        let new = self
            .rules
            .now
            .0
            .saturating_add(self.rules.delete_retention_ms);
        let horizon = known.or(waits.then_some(Timestamp(new)));
        let rewritten = rewrite::with_records(batch, &kept, horizon)?;
        self.emit(&rewritten, out)
    }

    fn judge(&mut self, batch: &BatchView<'_>) -> Result<Verdict, SourceFault> {
        let mut verdict = Verdict {
            stays: self.is_last_of_producer(batch),
            ..Verdict::default()
        };
        if !batch.is_control() {
            verdict.discards = self.markers.on_data(batch);
            return Ok(verdict);
        }
        match self.markers.on_control(batch)? {
            Marker::Needed => {}
            Marker::Aborts(txn) => {
                if let Some(cleaned) = &mut self.cleaned {
                    cleaned.push_aborted(txn);
                }
            }
            Marker::Idle => {
                verdict.idle_marker = true;
                let now = self.rules.now;
                verdict.discards = batch.delete_horizon().is_some_and(|horizon| horizon <= now);
            }
        }
        Ok(verdict)
    }

    /// Whether the log knows the producer by this batch: by its last sequence, or, where only
    /// markers came under its epoch, by that epoch.
    fn is_last_of_producer(&self, batch: &BatchView<'_>) -> bool {
        let last = self.producers.get(&batch.producer_id());
        last.is_some_and(|last| match last.offset {
            Some(offset) => batch.last_offset() == offset,
            None => batch.is_control() && batch.producer_epoch() == last.epoch,
        })
    }

    fn retains(&self, batch: &BatchView<'_>, record: &Record<'_>) -> bool {
        let offset = batch.offset_of(record.offset_delta);
        if offset >= self.map.end() {
            return true;
        }
        let Some(key) = record.key else {
            return false;
        };
        let is_last = self.map.get(key).is_none_or(|last| offset >= last);
        let waits = batch
            .delete_horizon()
            .is_none_or(|horizon| self.rules.now < horizon);
        is_last && (record.value.is_some() || waits)
    }

    fn empty(
        &mut self,
        batch: &BatchView<'_>,
        verdict: Verdict,
        out: &mut Vec<u8>,
    ) -> Result<(), SourceFault> {
        let emptied = rewrite::emptied(batch);
        if verdict.stays {
            return self.emit(&emptied, out);
        }
        self.pending = Some(emptied);
        Ok(())
    }

    fn emit(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), SourceFault> {
        self.pending = None;
        if let Some(cleaned) = &mut self.cleaned {
            cleaned.push(&BatchView::parse(bytes)?, self.rules.index_interval_bytes)?;
        }
        out.extend_from_slice(bytes);
        Ok(())
    }
}
