//! The files of one partition in memory, written as the shell would write them.

use std::collections::BTreeMap;

use corelane::log::{
    Append, Appended, Control, Feed, Indexes, Inventory, Log, Policy, Recovered, Recovery, Rolled,
    SegmentFile, Step, Trust, snapshot,
};
use corelane::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use corelane::records::{BatchBuilder, EndTxnMarker, NewRecord, stamp};

use crate::log_fixture::{Sketch, at, facts_of};

/// A log and its files.
#[derive(Clone, Debug)]
pub struct Disk {
    pub log: Log,
    pub files: Files,
    pub epoch: LeaderEpoch,
}

#[derive(Clone, Debug, Default)]
pub struct Files {
    pub segments: BTreeMap<Offset, Vec<u8>>,
    pub snapshots: BTreeMap<Offset, Vec<u8>>,
    /// `.index`, `.timeindex`, `.txnindex`.
    pub indexes: BTreeMap<Offset, [Vec<u8>; 3]>,
    /// What is known to have been synced.
    pub durable: Offset,
}

impl Disk {
    pub fn new(policy: Policy) -> Disk {
        Disk {
            log: Log::new(policy, Offset(0), at(0)),
            files: Files {
                segments: BTreeMap::from([(Offset(0), Vec::new())]),
                ..Files::default()
            },
            epoch: LeaderEpoch(0),
        }
    }

    /// Appends, writes and syncs one batch.
    pub fn append(&mut self, sketch: Sketch) -> Appended {
        self.append_bytes(sketch.bytes())
    }

    /// The same for a batch as a client sends it.
    pub fn append_bytes(&mut self, batch: Vec<u8>) -> Appended {
        let outcome = self.log.append(&facts_of(&batch), self.epoch, at(0));
        self.write(outcome.expect("accepted"), batch)
    }

    /// Appends the marker that ends a producer's transaction.
    pub fn end_txn(&mut self, id: i64, epoch: i16, commit: bool) -> Appended {
        let marker = EndTxnMarker {
            commit,
            coordinator_epoch: 0,
        };
        let mut builder = BatchBuilder::new()
            .producer(ProducerId(id), ProducerEpoch(epoch), Sequence::NONE)
            .transactional()
            .control();
        let (key, value) = (marker.kind().key(), marker.value());
        let record = NewRecord {
            key: Some(&key),
            value: Some(&value),
            ..NewRecord::default()
        };
        builder.push(at(0), &record);
        let batch = builder.finish();
        let control = Control::EndTxn(marker);
        let facts = facts_of(&batch);
        let outcome = self.log.append_control(&facts, control, self.epoch, at(0));
        self.write(outcome.expect("accepted"), batch)
    }

    fn write(&mut self, outcome: Append, mut batch: Vec<u8>) -> Appended {
        let Append::Staged(appended) = outcome else {
            panic!("a duplicate: {outcome:?}");
        };
        if let Some(rolled) = &appended.rolled {
            self.roll(rolled);
        }
        stamp(&mut batch, appended.base_offset, self.epoch);
        let file = self.files.segments.entry(appended.segment).or_default();
        assert_eq!(file.len(), appended.position as usize);
        file.extend_from_slice(&batch);
        self.log.on_durable(self.log.staged_end());
        appended
    }

    pub fn roll(&mut self, rolled: &Rolled) {
        let closed = &self.files.segments[&rolled.closed];
        assert_eq!(closed.len(), rolled.closed_bytes as usize);
        self.write_indexes(rolled.closed);
        let snapshots = &mut self.files.snapshots;
        snapshots.insert(rolled.opened, rolled.snapshot.clone());
    }

    pub fn write_indexes(&mut self, segment: Offset) {
        let found = self.log.segment(segment).and_then(|s| s.indexes());
        let files = index_files(found.expect("in memory"));
        self.files.indexes.insert(segment, files);
    }

    /// What a clean stop writes.
    pub fn stop(&mut self) {
        self.log.seal_active();
        self.write_indexes(self.log.active().base());
        let snapshot = snapshot::encode(self.log.producers().iter());
        self.files.snapshots.insert(self.log.staged_end(), snapshot);
    }
}

pub fn index_files(indexes: &Indexes) -> [Vec<u8>; 3] {
    [
        indexes.offsets.as_bytes().to_vec(),
        indexes.times.as_bytes().to_vec(),
        indexes.aborted.to_bytes(),
    ]
}

impl Files {
    pub fn inventory(&self, trust: Trust) -> Inventory {
        let segments = self.segments.iter().map(|(&base, file)| SegmentFile {
            base,
            bytes: file.len() as u64,
            indexed: self.indexes.contains_key(&base),
            modified: at(0),
        });
        Inventory {
            segments: segments.collect(),
            snapshots: self.snapshots.keys().copied().collect(),
            epochs: Default::default(),
            log_start: Offset(0),
            trust,
            durable: self.durable,
        }
    }

    /// Recovers as the shell does, reading in slices of `slice_bytes`.
    pub fn recover(&self, policy: Policy, trust: Trust, slice_bytes: usize) -> Recovered {
        let mut recovery = Recovery::new(policy, self.inventory(trust), at(0));
        for _ in 0..10_000 {
            match recovery.step() {
                Step::ReadSnapshot(offset) => {
                    recovery.on_snapshot(self.snapshots.get(&offset).map(Vec::as_slice));
                }
                Step::ReadIndexes(base) => {
                    let files = self.indexes.get(&base);
                    recovery.on_indexes(files.map(|[a, b, c]| [&a[..], &b[..], &c[..]]));
                }
                Step::ReadHead(base) => recovery.on_head(&self.segments[&base][..61]),
                Step::Scan { segment, position } => {
                    let bytes = &self.segments[&segment][position as usize..];
                    for slice in bytes.chunks(slice_bytes) {
                        if recovery.feed(slice) == Feed::Enough {
                            break;
                        }
                    }
                    recovery.on_end();
                }
                Step::Finish => return recovery.finish(),
            }
        }
        panic!("recovery does not end");
    }
}

/// What two logs with the same files must agree on when one was recovered with the help of
/// snapshots and indexes: closed segments' indexes may not be in memory, and of each producer only
/// the newest batch is known.
pub fn essence(log: &Log) -> (Essence, Offset) {
    let segments = log.segments().map(|s| (s.base(), s.end(), s.bytes()));
    let essence = Essence {
        segments: segments.collect(),
        ends: [
            log.log_start(),
            log.written_end(),
            log.durable_end(),
            log.staged_end(),
        ],
        producers: snapshot::encode(log.producers().iter()),
    };
    (essence, log.last_stable(Offset(i64::MAX)))
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Essence {
    segments: Vec<(Offset, Offset, u32)>,
    ends: [Offset; 4],
    producers: Vec<u8>,
}
