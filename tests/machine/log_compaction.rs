//! What compaction leaves of a log, against the map of last values.

use std::collections::BTreeMap;

use corelane::log::{Compaction, Policy, Trust};
use corelane::model::{Offset, ProducerEpoch, ProducerId, Sequence};
use corelane::records::{BatchBuilder, Codec, Compression, NewRecord, RecordHeader};

use crate::log_compactor::{Pass, Seen, last_of_keys};
use crate::log_disk::Disk;
use crate::log_fixture::{COMPACTED, at};

/// How long a deleted key's marker stays.
const RETENTION_MS: i64 = 1_000;

const POLICY: Policy = Policy {
    compaction: Compaction {
        delete_retention_ms: RETENTION_MS,
        ..Compaction::DEFAULT
    },
    ..COMPACTED
};

/// A log under way: producers with their sequences, of which some are in a transaction.
struct History {
    disk: Disk,
    dice: fastrand::Rng,
    sequences: [i32; 4],
    in_transaction: [bool; 4],
    written: i64,
}

impl History {
    fn new(seed: u64) -> History {
        History {
            disk: Disk::new(POLICY),
            dice: fastrand::Rng::with_seed(seed),
            sequences: [0; 4],
            in_transaction: [false; 4],
            written: 0,
        }
    }

    /// Appends a batch of a plain, an idempotent or a transactional producer, or a marker.
    fn go_on(&mut self, batches: usize) {
        for _ in 0..batches {
            match self.dice.usize(0..6) {
                who @ 0..2 if self.in_transaction[who] && self.dice.bool() => {
                    self.in_transaction[who] = false;
                    let commits = self.dice.bool();
                    self.disk.end_txn(who as i64, 0, commits);
                }
                who @ 0..2 => {
                    self.in_transaction[who] = true;
                    self.append(Some(who), true);
                }
                who @ 2..4 => self.append(Some(who), false),
                _ => self.append(None, false),
            }
        }
    }

    /// Ends what is open, so that all of the log is stable.
    fn settle(&mut self) {
        for who in 0..self.in_transaction.len() {
            if std::mem::take(&mut self.in_transaction[who]) {
                self.disk.end_txn(who as i64, 0, true);
            }
        }
        self.disk.log.on_committed(self.disk.log.staged_end());
    }

    fn append(&mut self, producer: Option<usize>, transactional: bool) {
        let count = self.dice.i32(1..6);
        let codec = Codec::ALL[self.dice.usize(0..Codec::ALL.len())];
        let mut builder = BatchBuilder::new().compression(Compression::of(codec));
        if let Some(who) = producer {
            let sequence = Sequence(self.sequences[who]);
            builder = builder.producer(ProducerId(who as i64), ProducerEpoch(0), sequence);
            self.sequences[who] += count;
        }
        if transactional {
            builder = builder.transactional();
        }
        if self.dice.usize(0..5) == 0 {
            builder = builder.log_append_time(at(self.written));
        }
        for _ in 0..count {
            let key = format!("key-{}", self.dice.usize(0..25));
            let value = format!("{}:{}", self.written, "v".repeat(self.dice.usize(0..60)));
            let header = [RecordHeader {
                key: b"h",
                value: None,
            }];
            let record = NewRecord {
                key: Some(key.as_bytes()),
                value: (self.dice.usize(0..4) > 0).then_some(value.as_bytes()),
                headers: if self.dice.bool() { &header } else { &[] },
            };
            builder.push(at(self.written), &record);
            self.written += 1;
        }
        self.disk.append_bytes(builder.finish());
    }
}

/// What must hold of a compacted log, whatever was done to it.
fn check(before: &[Seen], disk: &Disk, clean_to: Offset) {
    let after = disk.read_committed();
    let originals: BTreeMap<Offset, &Seen> = before.iter().map(|s| (s.offset, s)).collect();
    for one in &after {
        assert_eq!(
            Some(&one),
            originals.get(&one.offset),
            "nothing is changed or made up"
        );
    }
    let dirty = |s: &&Seen| s.offset >= clean_to;
    let kept: Vec<&Seen> = after.iter().filter(dirty).collect();
    let all: Vec<&Seen> = before.iter().filter(dirty).collect();
    assert_eq!(kept, all, "what was not cleaned is untouched");
    let (last, now) = (last_of_keys(before), last_of_keys(&after));
    for (key, expected) in &last {
        match now.get(key) {
            Some(found) => assert_eq!(found, expected),
            None => assert_eq!(expected.value, None, "a value is lost: {expected:?}"),
        }
    }
    let mut of_key = BTreeMap::new();
    for one in after.iter().filter(|one| one.offset < clean_to) {
        let twice = of_key.insert(&one.key, one);
        assert_eq!(twice, None, "one record of a key in the clean part");
    }
}

/// A start without snapshots and indexes finds the producers by what compaction left of them.
fn check_producers(disk: &Disk) {
    let mut files = disk.files.clone();
    files.snapshots.clear();
    files.indexes.clear();
    let recovered = files.recover(POLICY, Trust::Below(Offset(0)), 500);
    assert!(
        recovered.report.cuts.is_empty(),
        "{:?}",
        recovered.report.cuts
    );
    assert_eq!(recovered.log.staged_end(), disk.log.staged_end());
    let last = |log: &corelane::log::Log| {
        let all = log.producers().iter().map(|(id, entry)| {
            (
                id,
                entry.epoch,
                entry.last_sequence(),
                entry.last_offset(),
                entry.txn_first,
            )
        });
        all.collect::<Vec<_>>()
    };
    assert_eq!(last(&recovered.log), last(&disk.log));
}

#[test]
fn last_value_of_every_key_survives_any_number_of_passes() {
    for seed in 0..60 {
        let mut history = History::new(seed);
        let (mut cleaned, mut now) = (None, 0);
        for round in 0..5 {
            let size = history.dice.usize(1..60);
            history.go_on(size);
            if history.dice.bool() {
                history.settle();
            }
            now += history.dice.i64(0..2 * RETENTION_MS);
            let pass = Pass {
                now: at(now),
                map_keys: [3, 10, 10_000][history.dice.usize(0..3)],
                slice_bytes: [61, 333, 100_000][history.dice.usize(0..3)],
            };
            let before = history.disk.read_committed();
            let end = history.disk.compact(cleaned, pass);
            let progress = end > cleaned.unwrap_or_default();
            let dirty = history.disk.cleanable(cleaned, at(now)).dirty_bytes > 0;
            assert!(
                progress || !dirty,
                "seed {seed} round {round}: stuck at {end}"
            );
            check(&before, &history.disk, end);
            check_producers(&history.disk);
            cleaned = Some(end);
        }
    }
}
