use super::batch::Batch;
use super::recovered::{Damage, Inventory, Recovered, Report, Step, Trust};
use super::scan::{BatchFault, Bounds, Feed, Scan};
use super::zero_tail::Why;
use super::{Indexes, Log, Policy, Producers, Segment, snapshot};
use crate::model::{Offset, Timestamp};
use crate::records::{BatchView, Header};

/// Rebuilds a [`Log`] from the files of its partition.
///
/// Ask [`step`](Recovery::step) what to do, do it, report it, until it says [`Step::Finish`].
/// After a clean stop of a small partition that is one snapshot and one read; a large active
/// segment is read from its last index entry on. Without a clean stop, every segment that ends
/// past the recovery point is read whole, and the log ends before the first batch that is not
/// valid (`LogLoader`, `LogSegment.recover`).
#[derive(Debug)]
pub struct Recovery {
    found: Inventory,
    policy: Policy,
    now: Timestamp,
    log: Log,
    report: Report,
    phase: Phase,
    /// Snapshots worth trying, the best one last.
    candidates: Vec<Offset>,
    /// Producers are known up to here; batches from here on are replayed.
    producers_from: Offset,
    /// Index of the segment that is looked at.
    at: usize,
    may_use_tail: bool,
}

#[derive(Debug)]
enum Phase {
    Snapshot,
    Indexes,
    Head(Indexes),
    Scan(Scanning),
    Finish,
}

#[derive(Debug)]
struct Scanning {
    scan: Scan,
    from: u64,
    /// Began at the last index entry. If it fails, the index lied and all is read.
    is_tail: bool,
}

/// An active segment up to this size is read whole: one read instead of one for each index.
const SCAN_WHOLE_BYTES: u64 = 64 << 10;

impl Recovery {
    pub fn new(policy: Policy, mut found: Inventory, now: Timestamp) -> Recovery {
        found.segments.sort_unstable_by_key(|segment| segment.base);
        found.snapshots.sort_unstable();
        let mut recovery = Recovery {
            log: Log::new(policy, Offset::ZERO, now),
            found,
            policy,
            now,
            report: Report::default(),
            phase: Phase::Snapshot,
            candidates: Vec::new(),
            producers_from: Offset::ZERO,
            at: 0,
            may_use_tail: true,
        };
        let limit = recovery.found.snapshot_limit();
        recovery.begin(limit);
        recovery
    }

    /// What to do next; the same until it is done.
    pub fn step(&self) -> Step {
        let segment = self.found.segments.get(self.at).map(|file| file.base);
        match (&self.phase, segment) {
            (Phase::Snapshot, _) => match self.candidates.last() {
                Some(&offset) => Step::ReadSnapshot(offset),
                None => Step::Finish,
            },
            (Phase::Indexes, Some(base)) => Step::ReadIndexes(base),
            (Phase::Head(_), Some(base)) => Step::ReadHead(base),
            (Phase::Scan(scanning), Some(segment)) => Step::Scan {
                segment,
                position: scanning.from,
            },
            _ => Step::Finish,
        }
    }

    /// The content of the snapshot asked for.
    pub fn on_snapshot(&mut self, file: Option<&[u8]>) {
        let Some(offset) = self.candidates.pop() else {
            return;
        };
        match file.map(snapshot::decode) {
            Some(Ok(producers)) => {
                for (id, entry) in producers {
                    self.log.producers.restore(id, entry);
                }
                self.producers_from = offset;
                self.enter_segment();
            }
            _ => {
                self.report.stale_snapshots.push(offset);
                self.try_snapshot();
            }
        }
    }

    /// The contents of `.index`, `.timeindex` and `.txnindex` of the segment asked for; the last
    /// one empty when there is no such file.
    pub fn on_indexes(&mut self, files: Option<[&[u8]; 3]>) {
        let Some(file) = self.found.segments.get(self.at) else {
            return;
        };
        let bytes = u32::try_from(file.bytes).unwrap_or(u32::MAX);
        let indexes = files.and_then(|files| Indexes::parse(files, bytes));
        let vouched = indexes.filter(|indexes| {
            let last = indexes.offsets.last();
            last.is_some_and(|(relative, _)| file.base.plus(relative.into()) <= self.producers_from)
        });
        match vouched {
            Some(indexes) => self.phase = Phase::Head(indexes),
            None => self.scan_whole(),
        }
    }

    /// The first 61 bytes of the segment asked for.
    pub fn on_head(&mut self, head: &[u8]) {
        let phase = std::mem::replace(&mut self.phase, Phase::Snapshot);
        let (Phase::Head(indexes), Ok(first)) = (phase, Header::parse(head)) else {
            return self.restart_without_tail();
        };
        let base = self.found.segments[self.at].base;
        let position = indexes.offsets.last().map_or(0, |last| last.1);
        let segment = Segment::indexed(base, indexes, first.max_timestamp(), self.now);
        let scan = Scan::new(self.bounds(), position.into(), segment.end());
        self.log.segments.push_back(segment);
        self.phase = Phase::Scan(Scanning {
            scan,
            from: position.into(),
            is_tail: true,
        });
    }

    /// The next bytes of the range asked for.
    pub fn feed(&mut self, bytes: &[u8]) -> Feed {
        let Phase::Scan(scanning) = &mut self.phase else {
            return Feed::Enough;
        };
        self.report.scanned_bytes += bytes.len() as u64;
        let (log, producers_from) = (&mut self.log, self.producers_from);
        scanning
            .scan
            .feed(bytes, &mut |view| take_in(log, view, producers_from))
    }

    /// The range asked for is at its end.
    pub fn on_end(&mut self) {
        let Phase::Scan(Scanning { scan, is_tail, .. }) =
            std::mem::replace(&mut self.phase, Phase::Finish)
        else {
            return;
        };
        let (position, end) = (scan.position(), scan.end());
        let damage = scan.finish();
        if is_tail && damage.is_some() {
            return self.restart_without_tail();
        }
        match damage.or_else(|| self.gap_after(end)) {
            Some((fault, why)) => self.on_damage(position, end, (fault, why)),
            None => self.leave_segment(),
        }
    }

    /// The log, once there is nothing left to do.
    pub fn finish(mut self) -> Recovered {
        assert_eq!(
            self.step(),
            Step::Finish,
            "a recovery is finished when it says so"
        );
        let first = self.found.segments.first().map(|file| file.base);
        let log_start = first.map_or(self.found.log_start, |base| base.max(self.found.log_start));
        if self.log.segments.is_empty() || self.log.staged_end() < log_start {
            let gone = self.log.segments.drain(..).map(|segment| segment.base());
            self.report.discarded.extend(gone);
            self.report.reindexed.clear();
            self.log
                .segments
                .push_back(Segment::new(log_start, self.now));
        }
        self.log.log_start = log_start;
        let end = self.log.staged_end();
        self.log.settle();
        self.log.epochs.truncate_end(end);
        self.log.epochs.truncate_start(log_start);
        let past_end = self.found.snapshots.iter().filter(|&&offset| offset > end);
        self.report.stale_snapshots.extend(past_end);
        self.report.stale_snapshots.sort_unstable();
        self.report.stale_snapshots.dedup();
        Recovered {
            log: self.log,
            report: self.report,
        }
    }

    /// Starts over with the snapshots up to `limit`.
    fn begin(&mut self, limit: Offset) {
        self.log = Log::new(self.policy, Offset::ZERO, self.now);
        self.log.segments.clear();
        self.log.epochs = self.found.epochs.clone();
        self.report = Report {
            discarded: std::mem::take(&mut self.report.discarded),
            ..Report::default()
        };
        self.at = 0;
        let usable = self
            .found
            .snapshots
            .iter()
            .filter(|&&offset| offset <= limit);
        self.candidates = usable.copied().collect();
        self.try_snapshot();
    }

    fn try_snapshot(&mut self) {
        self.phase = Phase::Snapshot;
        if self.candidates.is_empty() {
            self.producers_from = Offset::ZERO;
            self.log.producers = Producers::default();
            self.enter_segment();
        }
    }

    fn restart_without_tail(&mut self) {
        self.may_use_tail = false;
        self.begin(self.found.snapshot_limit());
    }

    fn bounds(&self) -> Bounds {
        let file = self.found.segments[self.at];
        let next = self.found.segments.get(self.at + 1);
        Bounds {
            base: file.base,
            offsets_end: next.map_or(Offset(i64::MAX), |next| next.base),
            // A position is 32 bits; nothing of ours lies past that.
            bytes: file.bytes.min(u32::MAX.into()),
        }
    }

    /// Decides what the segment at `self.at` needs, and passes over those that need nothing.
    fn enter_segment(&mut self) {
        while let Some(file) = self.found.segments.get(self.at) {
            let next = self.found.segments.get(self.at + 1);
            let believed = self.found.is_trusted(self.at) && self.found.is_indexed(self.at);
            match next.filter(|next| believed && next.base <= self.producers_from) {
                Some(next) => {
                    self.log
                        .segments
                        .push_back(Segment::closed(file, next.base));
                    self.at += 1;
                }
                None if self.can_use_tail() => {
                    self.phase = Phase::Indexes;
                    return;
                }
                None => return self.scan_whole(),
            }
        }
        self.phase = Phase::Finish;
    }

    fn can_use_tail(&self) -> bool {
        let file = &self.found.segments[self.at];
        self.may_use_tail
            && self.found.is_active(self.at)
            && self.found.is_trusted(self.at)
            && file.indexed
            && file.bytes > SCAN_WHOLE_BYTES
    }

    fn scan_whole(&mut self) {
        let base = self.found.segments[self.at].base;
        self.log.segments.push_back(Segment::new(base, self.now));
        self.phase = Phase::Scan(Scanning {
            scan: Scan::new(self.bounds(), 0, base),
            from: 0,
            is_tail: false,
        });
    }

    /// Offsets that are missing although the segment ends well: before the begin of the next one (a
    /// write that never arrived, while a later one did; compaction leaves such gaps, too), or
    /// below the recovery point.
    fn gap_after(&self, end: Offset) -> Option<(BatchFault, Why)> {
        let next = match (self.found.segments.get(self.at + 1), self.found.trust) {
            (Some(_), _) if self.policy.compact || self.found.is_trusted(self.at) => return None,
            (Some(next), _) => next.base,
            (None, Trust::Below(point)) => point.max(self.found.durable),
            (None, Trust::All) => return None,
        };
        (end < next).then_some((BatchFault::Missing { next }, Why::Torn))
    }

    fn on_damage(&mut self, position: u64, end: Offset, what: (BatchFault, Why)) {
        let (fault, why) = what;
        let file = self.found.segments[self.at];
        let is_complete = why == Why::Zeros && end == self.bounds().offsets_end;
        let damage = Damage {
            segment: file.base,
            position: u32::try_from(position).unwrap_or(u32::MAX),
            bytes: file.bytes.saturating_sub(position),
            offset: end,
            why,
            fault,
            synced: match self.found.trust {
                Trust::All => why != Why::Zeros,
                Trust::Below(point) => end < point.max(self.found.durable) && !is_complete,
            },
        };
        if is_complete || self.found.is_active(self.at) {
            self.report.cuts.push(damage);
        } else if self.found.is_trusted(self.at) {
            let end = self.bounds().offsets_end;
            self.log.active_mut().believe(end, &file);
            self.report.rotten.push(damage);
        } else {
            self.report.cuts.push(damage);
            let after = self.found.segments.drain(self.at + 1..);
            self.report.discarded.extend(after.map(|file| file.base));
        }
        self.leave_segment();
    }

    /// The segment at `self.at` was read; goes on to the next one.
    fn leave_segment(&mut self) {
        if self.found.is_active(self.at) {
            let end = self.log.staged_end();
            if self.producers_from > end {
                // The snapshot knows batches that are not there.
                return self.begin(self.found.snapshot_limit().min(end));
            }
        } else {
            let base = self.found.segments[self.at].base;
            self.log.active_mut().seal();
            self.log.active_mut().shrink();
            self.report.reindexed.push(base);
        }
        self.at += 1;
        self.enter_segment();
    }
}

/// Notes one valid batch of a scanned segment.
fn take_in(log: &mut Log, view: &BatchView<'_>, producers_from: Offset) {
    // The scan checked the codec, which is all that can be wrong with these facts.
    let Ok(batch) = Batch::of_view(view) else {
        return;
    };
    let base = view.base_offset();
    log.take_in(&batch, base);
    let epoch = view.leader_epoch();
    if log.epochs.latest().is_none_or(|latest| epoch > latest) {
        log.epochs.assign(epoch, base);
    }
    if base >= producers_from {
        log.follow(&batch, base);
    }
}
