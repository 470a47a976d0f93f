//! The rules of compaction one by one: what goes when, and what a pass may take.

use corelane::log::{Compaction, Policy};
use corelane::model::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{BatchBuilder, BatchView, Batches, NewRecord};

use crate::log_compactor::Pass;
use crate::log_disk::Disk;
use crate::log_fixture::{COMPACTED, at};

const POLICY: Policy = Policy {
    segment_bytes: 1_000,
    compaction: Compaction {
        delete_retention_ms: 1_000,
        ..Compaction::DEFAULT
    },
    ..COMPACTED
};

fn builder(producer: Option<(i64, i32)>) -> BatchBuilder {
    match producer {
        Some((id, sequence)) => {
            let (id, epoch) = (ProducerId(id), ProducerEpoch(0));
            BatchBuilder::new().producer(id, epoch, Sequence(sequence))
        }
        None => BatchBuilder::new(),
    }
}

fn push(builder: &mut BatchBuilder, key: &str, value: Option<&str>) {
    let record = NewRecord {
        key: Some(key.as_bytes()),
        value: value.map(str::as_bytes),
        ..NewRecord::default()
    };
    builder.push(at(0), &record);
}

/// A batch of one record.
fn one(key: &str, value: Option<&str>) -> Vec<u8> {
    let mut builder = builder(None);
    push(&mut builder, key, value);
    builder.finish()
}

/// Closes the active segment, so that all before can be cleaned.
fn roll(disk: &mut Disk) {
    let rolled = disk.log.roll(at(0)).expect("something to close");
    disk.roll(&rolled);
    disk.files.segments.insert(rolled.opened, Vec::new());
    disk.log.on_committed(rolled.opened);
    disk.append_bytes(one("end", Some("of log")));
}

fn pass(disk: &mut Disk, now_ms: i64) -> Offset {
    let pass = Pass {
        now: at(now_ms),
        map_keys: 1_000,
        slice_bytes: 400,
    };
    disk.compact(None, pass)
}

/// The batches of the first segment.
fn batches(disk: &Disk) -> Vec<BatchView<'_>> {
    let first = disk.files.segments.values().next().expect("a segment");
    Batches::new(first)
        .map(|batch| batch.expect("whole"))
        .collect()
}

fn keys(disk: &Disk) -> Vec<String> {
    let seen = disk.read_committed();
    let keys = seen
        .into_iter()
        .map(|s| String::from_utf8(s.key).expect("text"));
    keys.filter(|key| key != "end").collect()
}

#[test]
fn deleted_key_leaves_its_marker_until_the_horizon_and_nothing_after() {
    let mut disk = Disk::new(POLICY);
    disk.append_bytes(one("a", Some("1")));
    disk.append_bytes(one("b", Some("1")));
    disk.append_bytes(one("a", None));
    disk.append_bytes(one("c", Some("1")));
    roll(&mut disk);
    pass(&mut disk, 0);
    assert_eq!(keys(&disk), ["b", "a", "c"]);
    let horizons = |disk: &Disk| -> Vec<Option<Timestamp>> {
        batches(disk)
            .iter()
            .map(|batch| batch.delete_horizon())
            .collect()
    };
    assert_eq!(horizons(&disk), [None, Some(at(1_000)), None]);
    let seen = disk.read_committed();
    assert_eq!(
        seen[1].timestamp,
        at(0),
        "the record's time stays under the horizon"
    );
    pass(&mut disk, 999);
    assert_eq!(
        horizons(&disk),
        [None, Some(at(1_000)), None],
        "it is set once"
    );
    pass(&mut disk, 1_000);
    assert_eq!(keys(&disk), ["b", "c"]);
}

#[test]
fn last_batch_of_a_producer_and_of_a_group_stays_without_records() {
    let mut disk = Disk::new(POLICY);
    let mut batch = builder(Some((7, 0)));
    push(&mut batch, "a", Some("1"));
    push(&mut batch, "b", Some("1"));
    disk.append_bytes(batch.finish());
    disk.append_bytes(one("a", Some("2")));
    disk.append_bytes(one("b", Some("2")));
    disk.append_bytes(one("z", None));
    roll(&mut disk);
    pass(&mut disk, 0);
    pass(&mut disk, 5_000);
    let found: Vec<_> = batches(&disk)
        .iter()
        .map(|b| {
            (
                b.base_offset().0,
                b.last_offset().0,
                b.count(),
                b.producer_id().0,
            )
        })
        .collect();
    assert_eq!(
        found,
        [(0, 1, 0, 7), (2, 2, 1, -1), (3, 3, 1, -1), (4, 4, 0, -1)]
    );
    let of_producer = batches(&disk)[0];
    assert_eq!(of_producer.last_sequence(), Sequence(1));
    assert_eq!(
        (of_producer.base_timestamp(), of_producer.max_timestamp()),
        (Timestamp(-1), at(0))
    );
}

#[test]
fn marker_of_a_transaction_outlives_its_data_by_the_retention() {
    for commits in [true, false] {
        let mut disk = Disk::new(POLICY);
        let mut batch = builder(Some((7, 0))).transactional();
        push(&mut batch, "a", Some("1"));
        disk.append_bytes(batch.finish());
        disk.end_txn(7, 0, commits);
        // The producer's last batch and marker are others.
        let mut batch = builder(Some((7, 1))).transactional();
        push(&mut batch, "a", Some("2"));
        disk.append_bytes(batch.finish());
        disk.end_txn(7, 0, true);
        roll(&mut disk);
        let markers = |disk: &Disk| -> Vec<i64> {
            let all = batches(disk);
            let controls = all.iter().filter(|batch| batch.is_control());
            controls.map(|batch| batch.base_offset().0).collect()
        };
        pass(&mut disk, 0);
        assert_eq!(keys(&disk), ["a"]);
        assert_eq!(markers(&disk), [1, 3], "its data was there when it was met");
        pass(&mut disk, 0);
        assert_eq!(markers(&disk), [1, 3], "now its horizon is set");
        pass(&mut disk, 999);
        assert_eq!(markers(&disk), [1, 3]);
        pass(&mut disk, 1_000);
        assert_eq!(markers(&disk), [3]);
        assert_eq!(disk.read_committed()[0].value, Some(b"2".to_vec()));
    }
}

#[test]
fn pass_is_due_by_ratio_or_age_and_leaves_the_young_alone() {
    let mut disk = Disk::new(POLICY);
    disk.append_bytes(one("a", Some("1")));
    assert_eq!(
        disk.cleanable(None, at(0)).dirty_bytes,
        0,
        "the active segment is left alone"
    );
    roll(&mut disk);
    let part = disk.cleanable(None, at(0));
    assert_eq!(
        (part.from, part.to, part.dirty_ratio()),
        (Offset(0), Offset(1), 1.0)
    );
    assert!(part.is_due(&disk.log.policy().compaction));
    let clean = disk.cleanable(Some(Offset(1)), at(0));
    assert!(clean.dirty_ratio() == 0.0 && !clean.is_due(&disk.log.policy().compaction));
    let reset = disk.cleanable(Some(Offset(99)), at(0));
    assert_eq!(
        reset.from,
        Offset(0),
        "a checkpoint past the end says nothing"
    );
    let with = |compaction| Policy {
        compaction,
        ..POLICY
    };
    disk.log.set_policy(with(Compaction {
        lag_ms_min: 50,
        ..POLICY.compaction
    }));
    assert_eq!(disk.cleanable(None, at(49)).dirty_bytes, 0, "too young");
    assert!(disk.cleanable(None, at(51)).dirty_bytes > 0);
    let patient = Compaction {
        dirty_millionths_min: Compaction::WHOLE,
        ..POLICY.compaction
    };
    disk.log.set_policy(with(Compaction {
        lag_ms_max: 100,
        ..patient
    }));
    assert!(!disk.cleanable(None, at(99)).is_due(&patient));
    assert!(disk.cleanable(None, at(101)).is_due(&patient));
}

#[test]
fn open_transaction_holds_the_cleaner_back() {
    let mut disk = Disk::new(POLICY);
    disk.append_bytes(one("a", Some("1")));
    roll(&mut disk);
    let mut batch = builder(Some((7, 0))).transactional();
    push(&mut batch, "a", Some("2"));
    disk.append_bytes(batch.finish());
    let before = disk.cleanable(None, at(0)).to;
    for _ in 0..3 {
        roll(&mut disk);
    }
    assert_eq!(disk.cleanable(None, at(0)).to, before);
    disk.end_txn(7, 0, true);
    disk.log.on_committed(disk.log.staged_end());
    assert!(disk.cleanable(None, at(0)).to > before);
}
