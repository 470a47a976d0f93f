//! Passes of compaction over the files of a [`Disk`], as the shell does them.

use std::collections::BTreeMap;

use corelane::log::compact::{
    Bounds, Candidate, Cleanable, OffsetMap, Rules, SLOT_BYTES, Sieve, Survey,
};
use corelane::log::{AbortedTxn, Feed, Indexes, SegmentFile};
use corelane::model::{Offset, ProducerId, Timestamp};
use corelane::records::{Batches, Codec, Records, decoded_bytes_max, decompress};

use crate::log_disk::{Disk, index_files};
use crate::log_fixture::at;

/// One record as a reader sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    pub offset: Offset,
    pub timestamp: Timestamp,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<Vec<u8>>,
    pub producer: ProducerId,
}

/// How a pass is done.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    pub now: Timestamp,
    pub map_keys: usize,
    pub slice_bytes: usize,
}

impl Disk {
    /// What could be cleaned now.
    pub fn cleanable(&mut self, cleaned: Option<Offset>, now: Timestamp) -> Cleanable {
        loop {
            let end = self.log.staged_end();
            let bounds = Bounds {
                cleaned,
                high: end,
                complete: end,
            };
            match self.log.cleanable(bounds, now) {
                Candidate::Part(part) => return part,
                Candidate::NeedIndex(base) => {
                    let indexes = self.indexes(base);
                    self.log.load_index(base, indexes);
                }
                Candidate::NeedHead(base) => {
                    let file = &self.files.segments[&base];
                    let first = Batches::new(file).next().expect("a batch").expect("whole");
                    self.log.note_first(base, first.max_timestamp());
                }
            }
        }
    }

    /// One pass over all that may be cleaned; gives up to where it came.
    pub fn compact(&mut self, cleaned: Option<Offset>, pass: Pass) -> Offset {
        let part = self.cleanable(cleaned, pass.now);
        let aborted = self.aborted();
        let records = part.to.minus(part.from) as u64;
        let map = OffsetMap::new(
            records,
            pass.map_keys * SLOT_BYTES * 10 / 9 + SLOT_BYTES,
            part.from,
        );
        let mut survey = Survey::new(part.from, map, aborted.clone());
        for base in self.log.dirty_segments(&part) {
            let (file, next) = self.source(base);
            survey.begin(&file, next);
            for slice in self.files.segments[&base].chunks(pass.slice_bytes) {
                if survey.feed(slice) == Feed::Enough {
                    break;
                }
            }
            if !survey.end().expect("whole segments") {
                break;
            }
        }
        let map = survey.finish();
        let (end, groups) = (map.end(), self.log.groups(map.end(), part.to));
        let rules = Rules {
            now: pass.now,
            delete_retention_ms: self.log.policy().compaction.delete_retention_ms,
            index_interval_bytes: self.log.policy().index_interval_bytes,
        };
        let mut sieve = Sieve::new(rules, map, aborted);
        for group in groups {
            self.clean(&mut sieve, &group, pass.slice_bytes);
        }
        end
    }

    fn clean(&mut self, sieve: &mut Sieve, group: &[Offset], slice_bytes: usize) {
        let mut out = Vec::new();
        sieve.begin(group[0], at(0), self.log.producers().last_batches());
        for base in group {
            let (file, next) = self.source(*base);
            sieve.begin_segment(&file, next);
            for slice in self.files.segments[base].chunks(slice_bytes) {
                sieve.feed(slice, &mut out);
            }
            sieve.end_segment().expect("whole segments");
        }
        let cleaned = sieve
            .finish(&mut out)
            .expect("a whole batch")
            .expect("was begun");
        assert_eq!(cleaned.bytes() as usize, out.len());
        for base in group {
            self.files.segments.remove(base);
            self.files.indexes.remove(base);
            if *base != group[0] {
                self.files.snapshots.remove(base);
            }
        }
        self.files.segments.insert(group[0], out);
        self.files
            .indexes
            .insert(group[0], index_files(&cleaned.indexes()));
        self.log.exchange(group, cleaned);
    }

    fn source(&self, base: Offset) -> (SegmentFile, Offset) {
        let bytes = self.files.segments[&base].len() as u64;
        let next = self.files.segments.range(base.next()..).next();
        let file = SegmentFile {
            base,
            bytes,
            indexed: true,
            modified: at(0),
        };
        (file, *next.expect("not the active segment").0)
    }

    fn indexes(&self, base: Offset) -> Indexes {
        let [a, b, c] = &self.files.indexes[&base];
        let bytes = self.files.segments[&base].len() as u32;
        Indexes::parse([a, b, c], bytes).expect("index files of ours")
    }

    /// The aborted transactions of the whole log.
    fn aborted(&self) -> Vec<AbortedTxn> {
        let in_memory = |base| self.log.segment(base).and_then(|s| s.indexes().cloned());
        let all = self.log.segments().map(|s| s.base());
        all.flat_map(|base| {
            let indexes = in_memory(base).unwrap_or_else(|| self.indexes(base));
            indexes.aborted.entries().to_vec()
        })
        .collect()
    }

    /// What a `read_committed` reader of the files sees from the begin on.
    pub fn read_committed(&self) -> Vec<Seen> {
        let aborted = self.aborted();
        let mut seen = Vec::new();
        for file in self.files.segments.values() {
            for batch in Batches::new(file) {
                let batch = batch.expect("whole batches");
                assert!(batch.crc_is_valid());
                let (id, last) = (batch.producer_id(), batch.last_offset());
                let is_aborted = aborted
                    .iter()
                    .any(|txn| txn.producer == id && (txn.first..txn.last).contains(&last));
                if batch.is_control() || (batch.is_transactional() && is_aborted) {
                    continue;
                }
                let content = match batch.codec().expect("a codec") {
                    Codec::None => batch.payload().to_vec(),
                    codec => {
                        let limit = decoded_bytes_max(batch.payload().len());
                        decompress(codec, batch.payload(), limit).expect("a payload")
                    }
                };
                for record in Records::new(&content, batch.count()) {
                    let record = record.expect("a record");
                    let headers = record.headers.map(|h| h.expect("a header").key.to_vec());
                    seen.push(Seen {
                        offset: batch.offset_of(record.offset_delta),
                        timestamp: batch.timestamp_of(record.timestamp_delta),
                        key: record.key.expect("a key").to_vec(),
                        value: record.value.map(<[u8]>::to_vec),
                        headers: headers.collect(),
                        producer: id,
                    });
                }
            }
        }
        seen
    }
}

/// The last record of every key.
pub fn last_of_keys(seen: &[Seen]) -> BTreeMap<Vec<u8>, Seen> {
    seen.iter()
        .map(|one| (one.key.clone(), one.clone()))
        .collect()
}
