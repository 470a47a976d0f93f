//! One pass of compaction over one partition: reads and writes at the pace that the cleaner
//! allows, and computes where blocking hurts nobody.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use bytes::Bytes;

use super::cleaned_file::CleanedFile;
use super::{Fault, Partition, exchange};
use crate::io::{File, clock, fs, task};
use crate::log::compact::{Cleanable, Cleaned, OffsetMap, Rules, Sieve, SourceFault, Survey};
use crate::log::layout::FileKind;
use crate::log::{AbortedTxn, Feed, SegmentFile, TxnIndex};
use crate::model::Offset;
use crate::shard::cleaner::Share;

/// Bytes read at once, and computed on in one go: a millisecond or two of a pool thread.
const CHUNK_BYTES: usize = 256 << 10;

/// Why a pass came to no end.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The partition goes, the node stops, or the policy has changed.
    #[error("it is not wanted any more")]
    Unwanted,
    /// Retention took some of its segments.
    #[error("its segments were deleted meanwhile")]
    Overtaken,
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("segment {0}: {1}")]
    Damaged(Offset, SourceFault),
    #[error("writing what is left failed: {0}")]
    Write(io::Error),
}

/// One pass under way.
pub struct Pass<'a> {
    partition: &'a Rc<Partition>,
    share: &'a Share,
}

impl<'a> Pass<'a> {
    pub fn new(partition: &'a Rc<Partition>, share: &'a Share) -> Pass<'a> {
        Pass { partition, share }
    }

    /// Cleans from the oldest segment of the log on; gives the offset up to which the log is clean
    /// then.
    pub async fn run(&self, part: Cleanable) -> Result<Offset, Stopped> {
        let aborted = self.aborted().await?;
        let map = self.survey(part, aborted.clone()).await?;
        let end = map.end();
        let (groups, rules) = {
            let state = self.partition.state();
            let policy = state.log.policy();
            let rules = Rules {
                now: clock::wall(),
                delete_retention_ms: policy.compaction.delete_retention_ms,
                index_interval_bytes: policy.index_interval_bytes,
            };
            (state.log.groups(end, part.to), rules)
        };
        let mut sieve = Sieve::new(rules, map, aborted);
        for group in groups {
            let Some(&base) = group.first() else {
                continue;
            };
            sieve = match self.clean(sieve, &group).await {
                Ok(sieve) => sieve,
                Err(stopped) => {
                    // A fenced one is for the next start to look at.
                    if self.partition.fault().is_none() {
                        exchange::give_up(self.partition.files.directory(), base).await;
                    }
                    return Err(stopped);
                }
            };
        }
        Ok(end)
    }

    /// The aborted transactions of the whole log. Their index files are few and small.
    async fn aborted(&self) -> Result<Vec<AbortedTxn>, Stopped> {
        let mut aborted = Vec::new();
        for base in self.segments() {
            let known = {
                let state = self.partition.state();
                let indexes = state
                    .log
                    .segment(base)
                    .and_then(|segment| segment.indexes());
                indexes.map(|indexes| indexes.aborted.entries().to_vec())
            };
            aborted.extend(match known {
                Some(known) => known,
                None => self.read_aborted(base).await?,
            });
        }
        Ok(aborted)
    }

    async fn read_aborted(&self, base: Offset) -> Result<Vec<AbortedTxn>, Stopped> {
        let name = FileKind::TxnIndex.at(base).to_string();
        let path = self.partition.files.directory().join(name);
        let bytes = match fs::read(&path).await {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Fault::read(base, &error).into()),
        };
        let index = TxnIndex::parse(&bytes).ok_or_else(|| Fault::Read {
            segment: base,
            why: "its transaction index is damaged".into(),
        })?;
        Ok(index.entries().to_vec())
    }

    fn segments(&self) -> Vec<Offset> {
        let state = self.partition.state();
        state.log.segments().map(|segment| segment.base()).collect()
    }

    async fn survey(
        &self,
        part: Cleanable,
        aborted: Vec<AbortedTxn>,
    ) -> Result<OffsetMap, Stopped> {
        let records = u64::try_from(part.to.minus(part.from)).unwrap_or(0);
        let map = OffsetMap::new(records, self.share.map_bytes(), part.from);
        let mut survey = Survey::new(part.from, map, aborted);
        let dirty = self.partition.state().log.dirty_segments(&part);
        for base in dirty {
            let (file, next) = self.source(base)?;
            survey.begin(&file, next);
            let log = self.open(base).await?;
            let mut at = 0;
            while at < file.bytes {
                let bytes = self.read(&log, base, (at, file.bytes)).await?;
                at += bytes.len() as u64;
                let (fed, feed) = on_pool(move || {
                    let feed = survey.feed(&bytes);
                    (survey, feed)
                })
                .await;
                survey = fed;
                if feed == Feed::Enough {
                    break;
                }
            }
            let goes_on = survey
                .end()
                .map_err(|fault| Stopped::Damaged(base, fault))?;
            if !goes_on {
                break;
            }
        }
        Ok(survey.finish())
    }

    /// Writes what a group leaves, and puts it in the group's place.
    async fn clean(&self, mut sieve: Sieve, group: &[Offset]) -> Result<Sieve, Stopped> {
        let (base, last) = (group[0], group[group.len() - 1]);
        let directory = self.partition.files.directory();
        let (producers, modified) = {
            let state = self.partition.state();
            let log = &state.log;
            let modified = log.segment(last).ok_or(Stopped::Overtaken)?.since();
            (log.producers().last_batches(), modified)
        };
        sieve.begin(base, modified, producers);
        let path = exchange::cleaned(directory, FileKind::Log, base);
        let mut file = CleanedFile::create(&path, &self.share.pool)
            .await
            .map_err(Stopped::Write)?;
        for segment in group {
            sieve = self.sift(sieve, *segment, &mut file).await?;
        }
        let mut rest = Vec::new();
        let cleaned = sieve.finish(&mut rest);
        let cleaned = cleaned.map_err(|fault| Stopped::Damaged(base, fault))?;
        let cleaned = cleaned.ok_or(Stopped::Unwanted)?;
        file.push(&rest).await.map_err(Stopped::Write)?;
        file.finish().await.map_err(Stopped::Write)?;
        self.write_indexes(&cleaned).await.map_err(Stopped::Write)?;
        self.exchange(group, cleaned).await?;
        Ok(sieve)
    }

    /// Sifts one segment into the file.
    async fn sift(
        &self,
        mut sieve: Sieve,
        segment: Offset,
        into: &mut CleanedFile,
    ) -> Result<Sieve, Stopped> {
        let (file, next) = self.source(segment)?;
        sieve.begin_segment(&file, next);
        let log = self.open(segment).await?;
        let mut at = 0;
        while at < file.bytes {
            let bytes = self.read(&log, segment, (at, file.bytes)).await?;
            at += bytes.len() as u64;
            let (fed, feed, out) = on_pool(move || {
                let mut out = Vec::new();
                let feed = sieve.feed(&bytes, &mut out);
                (sieve, feed, out)
            })
            .await;
            sieve = fed;
            self.share.spend(self.partition, out.len()).await;
            into.push(&out).await.map_err(Stopped::Write)?;
            if feed == Feed::Enough {
                break;
            }
        }
        let ended = sieve.end_segment();
        ended.map_err(|fault| Stopped::Damaged(segment, fault))?;
        Ok(sieve)
    }

    /// A segment of the group and the base of the one after it.
    fn source(&self, base: Offset) -> Result<(SegmentFile, Offset), Stopped> {
        let state = self.partition.state();
        let segment = state.log.segment(base).ok_or(Stopped::Overtaken)?;
        let next = state
            .log
            .segments()
            .map(|s| s.base())
            .find(|next| *next > base);
        let file = SegmentFile {
            base,
            bytes: segment.bytes().into(),
            indexed: true,
            modified: segment.since(),
        };
        Ok((file, next.ok_or(Stopped::Overtaken)?))
    }

    /// The file of a segment, if retention has not taken it meanwhile.
    async fn open(&self, base: Offset) -> Result<File, Stopped> {
        let opened = self.partition.open(base).await;
        match self.partition.state().log.segment(base) {
            Some(_) => Ok(opened?),
            None => Err(Stopped::Overtaken),
        }
    }

    /// The next bytes of a segment, no faster than the cleaner may.
    async fn read(
        &self,
        log: &File,
        segment: Offset,
        (at, end): (u64, u64),
    ) -> Result<Bytes, Stopped> {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        let len = left.min(CHUNK_BYTES);
        self.share.spend(self.partition, len).await;
        if self.share.is_over(self.partition) || !self.partition.policy().log.compact {
            return Err(Stopped::Unwanted);
        }
        let read = log.read_at(at, len).await;
        let bytes = read.map_err(|error| Fault::read(segment, &error))?;
        if bytes.is_empty() {
            let why = "its file is shorter than its batches".to_owned();
            return Err(Fault::Read { segment, why }.into());
        }
        Ok(bytes)
    }

    async fn write_indexes(&self, cleaned: &Cleaned) -> io::Result<()> {
        let directory = self.partition.files.directory();
        let mut files = super::roll::index_files(&cleaned.indexes());
        // An empty one takes the place of the old one, if there is one.
        let old = FileKind::TxnIndex.at(cleaned.base()).to_string();
        if files.len() == 2 && fs::exists(&directory.join(old)).await? {
            files.push((FileKind::TxnIndex, Vec::new()));
        }
        for (kind, bytes) in files {
            let path = exchange::cleaned(directory, kind, cleaned.base());
            fs::write(&path, bytes).await?;
            fs::sync_file(&path).await?;
        }
        Ok(())
    }

    async fn exchange(&self, group: &[Offset], cleaned: Cleaned) -> Result<(), Stopped> {
        let (partition, base) = (self.partition, cleaned.base());
        let directory = partition.files.directory();
        let change = partition.files.arrangement.begin();
        if partition.fault().is_some() || !partition.state().log.holds_group(group) {
            return Err(Stopped::Overtaken);
        }
        let before: u64 = group
            .iter()
            .filter_map(|base| Some(u64::from(partition.state().log.segment(*base)?.bytes())))
            .sum();
        exchange::prepare(directory, base)
            .await
            .map_err(Stopped::Write)?;
        // From here on there is no way back: half of it must not be served.
        let doomed = self.finish_exchange(group, base).await.map_err(|error| {
            let fault = Fault::write(base, &error);
            partition.fence(fault.clone());
            fault
        })?;
        let after = cleaned.bytes();
        partition.state_mut().log.exchange(group, cleaned);
        for segment in group {
            partition.files.close(*segment);
        }
        drop(change);
        tracing::info!(
            partition = %partition.name, segment = %base, segments = group.len(), before, after,
            "segments compacted"
        );
        partition.remove_later(doomed);
        Ok(())
    }

    async fn finish_exchange(&self, group: &[Offset], base: Offset) -> io::Result<Vec<PathBuf>> {
        let directory = self.partition.files.directory();
        exchange::decide(directory, base).await?;
        exchange::finish(directory, base, group).await
    }
}

/// Runs work where it holds up nobody.
async fn on_pool<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match task::block_on_pool(work).await {
        Ok(done) => done,
        Err(panicked) => panic!("{panicked}"),
    }
}
