//! What recovery makes of the files that a stop or a crash left.

use corelane::log::{BatchFault, Compaction, Log, Policy, Recovered, Trust, Why};
use corelane::model::{LeaderEpoch, Offset};

use crate::log_disk::{Disk, essence, index_files};
use crate::log_fixture::{of_producer, plain};

/// Small segments and dense indexes, so that short histories have many of both.
const POLICY: Policy = Policy {
    segment_bytes: 2000,
    segment_ms: i64::MAX,
    index_bytes: 4096,
    index_interval_bytes: 200,
    delete: true,
    compact: false,
    compaction: Compaction::DEFAULT,
    retention_ms: -1,
    retention_bytes: -1,
    producer_expiration_ms: i64::MAX,
};
const CRASH: Trust = Trust::Below(Offset(0));

/// A history with two epochs, idempotent and transactional producers, aborts, and rolls.
fn history(seed: u64, batches: u32) -> Disk {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut disk = Disk::new(POLICY);
    let mut sequences = [0; 3];
    for n in 0..batches {
        if n == batches / 2 {
            disk.epoch = LeaderEpoch(4);
        }
        let count = dice.i32(1..5);
        let value_bytes = dice.usize(0..60);
        let at_ms = dice.i64(0..1000);
        let sketch = match dice.usize(0..4) {
            3 => plain(count),
            who => {
                let sketch = of_producer(who as i64, 0, sequences[who], count);
                sequences[who] += count;
                sketch
            }
        };
        let mut sketch = sketch.sized(value_bytes).at_ms(at_ms);
        // Producer 2 is transactional.
        sketch.transactional = sketch.producer.is_some_and(|producer| producer.0 == 2);
        disk.append(sketch);
        if dice.u8(0..6) == 0 && sequences[2] > 0 {
            disk.end_txn(2, 0, dice.bool());
        }
    }
    disk
}

fn bases(log: &Log) -> Vec<Offset> {
    log.segments().map(|segment| segment.base()).collect()
}

fn whole(recovered: &Recovered) -> bool {
    let report = &recovered.report;
    report.cuts.is_empty() && report.discarded.is_empty() && report.rotten.is_empty()
}

#[test]
fn log_recovered_from_its_bytes_alone_equals_the_live_one() {
    for seed in 0..60 {
        let mut disk = history(seed, 60);
        disk.files.snapshots.clear();
        disk.files.indexes.clear();
        let slice_bytes = fastrand::Rng::with_seed(seed).usize(1..3000);
        let mut recovered = disk.files.recover(POLICY, CRASH, slice_bytes);
        assert!(whole(&recovered), "seed {seed}: {:?}", recovered.report);
        recovered.log.on_committed(Offset(i64::MAX));
        disk.log.on_committed(Offset(i64::MAX));
        assert_eq!(recovered.log, disk.log, "seed {seed}");
        assert!(bases(&disk.log).len() > 2);
    }
}

#[test]
fn log_recovered_with_the_help_of_snapshots_equals_the_live_one() {
    for seed in 0..60 {
        let disk = history(seed, 60);
        for point in [Offset(0), Offset(70), disk.log.active().base()] {
            let recovered = disk.files.recover(POLICY, Trust::Below(point), 500);
            assert!(whole(&recovered), "seed {seed}: {:?}", recovered.report);
            assert_eq!(essence(&recovered.log), essence(&disk.log), "seed {seed}");
            for base in recovered.report.reindexed {
                let indexes = recovered.log.segment(base).and_then(|s| s.indexes());
                let rebuilt = index_files(indexes.expect("just rebuilt"));
                assert_eq!(
                    rebuilt, disk.files.indexes[&base],
                    "seed {seed} segment {base}"
                );
            }
        }
    }
}

#[test]
fn cleanly_stopped_log_is_read_from_its_last_index_entry_only() {
    let policy = Policy {
        segment_bytes: 1 << 30,
        index_interval_bytes: 4096,
        ..POLICY
    };
    let mut disk = Disk::new(policy);
    for n in 0..200 {
        disk.append(of_producer(1, 0, n, 1).sized(1000).at_ms(n.into()));
    }
    disk.stop();
    let recovered = disk.files.recover(policy, Trust::All, 1 << 20);
    assert!(whole(&recovered));
    assert!(recovered.report.scanned_bytes < 3 * 4096);
    let (now, before) = (&recovered.log, &disk.log);
    assert_eq!(now.active(), before.active());
    assert_eq!(now.staged_end(), before.staged_end());
    assert_eq!(now.producers().len(), 1);
}

#[test]
fn cleanly_stopped_log_of_many_segments_reads_none_of_the_closed_ones() {
    for seed in 0..20 {
        let mut disk = history(seed, 60);
        disk.stop();
        let recovered = disk.files.recover(POLICY, Trust::All, 100);
        assert!(whole(&recovered), "seed {seed}: {:?}", recovered.report);
        assert!(recovered.report.scanned_bytes <= disk.log.active().bytes().into());
        assert_eq!(recovered.report.reindexed, []);
        assert_eq!(bases(&recovered.log), bases(&disk.log));
        assert_eq!(recovered.log.staged_end(), disk.log.staged_end());
        assert_eq!(
            recovered.log.last_stable(Offset(i64::MAX)),
            disk.log.last_stable(Offset(i64::MAX))
        );
    }
}

#[test]
fn index_that_lies_about_the_active_segment_is_built_anew() {
    let policy = Policy {
        segment_bytes: 1 << 30,
        index_interval_bytes: 4096,
        ..POLICY
    };
    let mut disk = Disk::new(policy);
    for n in 0..100 {
        disk.append(plain(1).sized(1000).at_ms(n));
    }
    disk.stop();
    let indexes = disk.files.indexes.values_mut().next().expect("one segment");
    let last = indexes[0].len() - 1;
    indexes[0][last] ^= 1;
    let recovered = disk.files.recover(policy, Trust::All, 1 << 20);
    assert!(whole(&recovered));
    assert_eq!(recovered.log.staged_end(), Offset(100));
    let built = recovered.log.active().indexes().map(|i| i.offsets.clone());
    assert_eq!(
        built,
        disk.log.active().indexes().map(|i| i.offsets.clone())
    );
}

#[test]
fn file_cut_at_any_byte_recovers_to_its_last_whole_batch() {
    let mut disk = Disk::new(Policy {
        segment_bytes: 1 << 20,
        ..POLICY
    });
    let mut states = vec![(0, disk.log.clone())];
    for n in 0..12 {
        disk.append(of_producer(1, 0, n * 2, 2).sized(n as usize));
        states.push((disk.log.size() as usize, disk.log.clone()));
    }
    let policy = *disk.log.policy();
    let base = Offset(0);
    let all = disk.files.segments[&base].clone();
    for (cut, zeros) in (0..=all.len()).flat_map(|cut| [(cut, 0), (cut, 700)]) {
        let mut file = all[..cut].to_vec();
        file.resize(cut + zeros, 0);
        // A batch may end with zeros: then the room after a cut happens to complete it.
        let same = file.iter().zip(&all).take_while(|(a, b)| a == b).count();
        let whole = states
            .iter()
            .rev()
            .find(|state| state.0 <= same)
            .expect("a prefix");
        let rest_is_zero = file[whole.0..].iter().all(|&byte| byte == 0);
        let bytes_after = file.len() - whole.0;
        disk.files.segments.insert(base, file);
        let recovered = disk.files.recover(policy, CRASH, 97);
        assert_eq!(recovered.log, whole.1, "cut at {cut}");
        let cuts = recovered.report.cuts;
        if bytes_after == 0 {
            assert_eq!(cuts, []);
            continue;
        }
        assert_eq!(cuts.len(), 1, "cut at {cut}");
        assert_eq!(
            (cuts[0].position as usize, cuts[0].bytes as usize),
            (whole.0, bytes_after)
        );
        let why = if rest_is_zero { Why::Zeros } else { Why::Torn };
        assert_eq!((cuts[0].why, cuts[0].synced), (why, false), "cut at {cut}");
    }
}

#[test]
fn broken_batch_before_valid_ones_is_a_hole() {
    let mut disk = Disk::new(POLICY);
    for _ in 0..5 {
        disk.append(plain(1));
    }
    let size = plain(1).facts().size;
    let file = disk
        .files
        .segments
        .values_mut()
        .next()
        .expect("one segment");
    file[2 * size as usize + 70] ^= 1;
    let recovered = disk.files.recover(POLICY, CRASH, 64);
    let cut = recovered.report.cuts[0];
    assert_eq!((cut.why, cut.fault), (Why::Hole, BatchFault::Checksum));
    assert_eq!(
        (cut.position, cut.offset, cut.bytes),
        (2 * size, Offset(2), u64::from(3 * size))
    );
    assert_eq!(recovered.log.staged_end(), Offset(2));
    assert!(!recovered.report.loses_synced());
}

#[test]
fn damage_below_the_recovery_point_is_lost_data_and_said_so() {
    let mut disk = Disk::new(POLICY);
    for _ in 0..5 {
        disk.append(plain(1));
    }
    let file = disk
        .files
        .segments
        .values_mut()
        .next()
        .expect("one segment");
    file[100] ^= 1;
    assert!(
        disk.files
            .recover(POLICY, Trust::Below(Offset(5)), 64)
            .report
            .loses_synced()
    );
    let file = disk
        .files
        .segments
        .values_mut()
        .next()
        .expect("one segment");
    file.clear();
    let recovered = disk.files.recover(POLICY, Trust::Below(Offset(5)), 64);
    assert!(recovered.report.loses_synced());
    let missing = BatchFault::Missing { next: Offset(5) };
    assert_eq!(recovered.report.cuts[0].fault, missing);
}

#[test]
fn damage_in_what_is_known_to_be_durable_is_no_torn_end() {
    let mut disk = Disk::new(POLICY);
    for _ in 0..5 {
        disk.append(plain(1));
    }
    let file = disk.files.segments.get_mut(&Offset(0)).expect("one");
    let last = file.len() - 1;
    file[last] ^= 1;
    for (durable, is_lost) in [(5, true), (4, false), (0, false)] {
        disk.files.durable = Offset(durable);
        let recovered = disk.files.recover(POLICY, Trust::Below(Offset(0)), 64);
        assert_eq!(recovered.report.loses_synced(), is_lost, "{durable}");
    }
}

#[test]
fn segments_after_a_cut_are_discarded() {
    let mut disk = history(3, 60);
    let all = bases(&disk.log);
    let file = disk
        .files
        .segments
        .get_mut(&all[1])
        .expect("a second segment");
    let end = file.len() - 1;
    file[end] ^= 1;
    let recovered = disk.files.recover(POLICY, CRASH, 333);
    assert_eq!(recovered.report.discarded, &all[2..]);
    assert_eq!(bases(&recovered.log), &all[..2]);
    assert!(recovered.log.staged_end() < all[2]);
    let stale: Vec<_> = disk.files.snapshots.keys().copied().collect();
    assert_eq!(recovered.report.stale_snapshots, &stale[1..]);
}

#[test]
fn closed_segment_that_was_not_yet_trimmed_is_complete() {
    let mut disk = history(3, 60);
    let all = bases(&disk.log);
    let file = disk
        .files
        .segments
        .get_mut(&all[1])
        .expect("a second segment");
    let bytes = file.len();
    file.resize(bytes + 4096, 0);
    let recovered = disk.files.recover(POLICY, CRASH, 333);
    let cut = recovered.report.cuts[0];
    assert_eq!(
        (cut.segment, cut.position as usize, cut.why),
        (all[1], bytes, Why::Zeros)
    );
    assert_eq!(recovered.report.discarded, []);
    assert_eq!(essence(&recovered.log), essence(&disk.log));
}

#[test]
fn segment_whose_end_never_arrived_ends_the_log() {
    let mut disk = history(3, 60);
    let all = bases(&disk.log);
    let keep = disk
        .log
        .segment(all[1])
        .and_then(|s| s.indexes()?.offsets.last());
    let keep = keep.expect("an index entry").1 as usize;
    disk.files
        .segments
        .get_mut(&all[1])
        .expect("a second segment")
        .truncate(keep);
    let recovered = disk.files.recover(POLICY, CRASH, 333);
    let cut = recovered.report.cuts[0];
    assert_eq!((cut.position as usize, cut.bytes), (keep, 0));
    assert_eq!(cut.fault, BatchFault::Missing { next: all[2] });
    assert_eq!(recovered.report.discarded, &all[2..]);
}

#[test]
fn broken_snapshot_gives_way_to_an_older_one() {
    let mut disk = history(7, 80);
    let newest = *disk.files.snapshots.keys().last().expect("snapshots");
    disk.files.snapshots.get_mut(&newest).expect("there")[9] ^= 1;
    let trust = Trust::Below(disk.log.active().base());
    let recovered = disk.files.recover(POLICY, trust, 333);
    assert_eq!(recovered.report.stale_snapshots, [newest]);
    assert_eq!(essence(&recovered.log), essence(&disk.log));
}

#[test]
fn rot_in_a_trusted_segment_cuts_nothing() {
    let mut disk = history(7, 80);
    let first = Offset(0);
    disk.files.segments.get_mut(&first).expect("there")[100] ^= 1;
    disk.files.snapshots.clear();
    let trust = Trust::Below(disk.log.active().base());
    let recovered = disk.files.recover(POLICY, trust, 333);
    assert_eq!(recovered.report.rotten.len(), 1);
    assert!(recovered.report.loses_synced());
    assert_eq!(bases(&recovered.log), bases(&disk.log));
    assert_eq!(recovered.log.staged_end(), disk.log.staged_end());
}

#[test]
fn directory_without_segments_begins_at_the_log_start() {
    let disk = Disk::new(POLICY);
    let mut inventory = disk.files.inventory(CRASH);
    inventory.segments.clear();
    inventory.log_start = Offset(42);
    let recovery = corelane::log::Recovery::new(POLICY, inventory, crate::log_fixture::at(0));
    let recovered = recovery.finish();
    assert_eq!(recovered.log.staged_end(), Offset(42));
    assert_eq!(bases(&recovered.log), [Offset(42)]);
}
