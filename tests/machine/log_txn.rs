//! Transactions as a log sees them: the last stable offset and the aborted ranges.

use corelane::log::{Aborted, Append, Batch, Policy, Refusal, TxnIndex};
use corelane::model::{Offset, ProducerId};

use crate::log_disk::Disk;
use crate::log_fixture::{EPOCH, Sketch, at, of_producer};

fn in_txn(id: i64, sequence: i32, count: i32) -> Sketch {
    Sketch {
        transactional: true,
        ..of_producer(id, 0, sequence, count)
    }
}

fn aborted(disk: &Disk, from: i64, upper: i64) -> Vec<(i64, i64)> {
    match disk.log.aborted(Offset(from), Offset(upper)) {
        Aborted::List(list) => list.iter().map(|(id, first)| (id.0, first.0)).collect(),
        other => panic!("{other:?}"),
    }
}

/// ```text
/// 0 1   2   3   4       5   6      7
/// A A   B   A   abort A B   commit B  (open) C
/// ```
fn two_transactions() -> Disk {
    let mut disk = Disk::new(Policy::default());
    disk.append(in_txn(1, 0, 2));
    disk.append(in_txn(2, 0, 1));
    disk.append(in_txn(1, 2, 1));
    disk.end_txn(1, 0, false);
    disk.append(in_txn(2, 1, 1));
    disk.end_txn(2, 0, true);
    disk.append(in_txn(3, 0, 1));
    disk
}

#[test]
fn last_stable_offset_is_the_first_of_the_oldest_open_transaction() {
    let mut disk = Disk::new(Policy::default());
    let high = Offset(i64::MAX);
    let stable = |disk: &mut Disk| {
        disk.log.on_committed(disk.log.staged_end());
        disk.log.last_stable(high.min(disk.log.staged_end())).0
    };
    disk.append(of_producer(9, 0, 0, 1));
    assert_eq!(stable(&mut disk), 1);
    disk.append(in_txn(1, 0, 2));
    assert_eq!(stable(&mut disk), 1);
    disk.append(in_txn(2, 0, 1));
    disk.end_txn(1, 0, false);
    assert_eq!(stable(&mut disk), 3);
    disk.end_txn(2, 0, true);
    assert_eq!(stable(&mut disk), 6);
}

#[test]
fn marker_that_is_not_committed_holds_the_last_stable_offset() {
    let mut disk = Disk::new(Policy::default());
    disk.append(in_txn(1, 0, 2));
    disk.end_txn(1, 0, true);
    assert_eq!(disk.log.last_stable(Offset(2)), Offset(0));
    assert_eq!(disk.log.last_stable(Offset(3)), Offset(3));
    disk.log.on_committed(Offset(3));
    assert_eq!(disk.log.last_stable(Offset(3)), Offset(3));
}

#[test]
fn aborted_list_names_what_overlaps_the_range() {
    let disk = two_transactions();
    assert_eq!(aborted(&disk, 0, 8), [(1, 0)]);
    assert_eq!(aborted(&disk, 4, 5), [(1, 0)]);
    assert_eq!(aborted(&disk, 5, 8), []);
    assert_eq!(aborted(&disk, 0, 0), []);
    let index = &disk.log.active().indexes().expect("in memory").aborted;
    let entry = index.entries()[0];
    assert_eq!(
        (entry.producer, entry.first, entry.last),
        (ProducerId(1), Offset(0), Offset(4))
    );
    assert_eq!(
        entry.last_stable,
        Offset(2),
        "the other transaction was open"
    );
    assert_eq!(TxnIndex::parse(&index.to_bytes()).as_ref(), Some(index));
}

#[test]
fn aborted_list_spans_segments_and_asks_for_dropped_indexes() {
    let mut disk = Disk::new(Policy {
        segment_bytes: in_txn(1, 0, 1).facts().size + 100,
        ..Policy::default()
    });
    disk.append(in_txn(1, 0, 1));
    disk.append(in_txn(2, 0, 1));
    disk.end_txn(1, 0, false);
    disk.end_txn(2, 0, false);
    disk.append(of_producer(9, 0, 0, 1));
    let first = disk.log.segments().next().map(|segment| segment.base());
    assert_eq!(aborted(&disk, 0, 5), [(1, 0), (2, 1)]);
    let first = first.expect("several segments");
    let indexes = disk.log.segment(first).and_then(|s| s.indexes()).cloned();
    disk.log.drop_index(first);
    assert_eq!(
        disk.log.aborted(Offset(0), Offset(5)),
        Aborted::NeedIndex(first)
    );
    disk.log.load_index(first, indexes.expect("was in memory"));
    assert_eq!(aborted(&disk, 0, 5), [(1, 0), (2, 1)]);
}

#[test]
fn empty_transaction_leaves_no_trace_in_the_index() {
    let mut disk = Disk::new(Policy::default());
    disk.end_txn(1, 0, false);
    assert_eq!(aborted(&disk, 0, 1), []);
    assert_eq!(disk.log.last_stable(Offset(1)), Offset(1));
}

#[test]
fn plain_batch_within_a_transaction_is_refused() {
    let mut disk = Disk::new(Policy::default());
    disk.append(in_txn(1, 0, 1));
    let refusal = disk
        .log
        .append(&of_producer(1, 0, 1, 1).facts(), EPOCH, at(0));
    let producer = ProducerId(1);
    assert_eq!(refusal, Err(Refusal::TransactionOpen { producer }));
}

#[test]
fn producer_with_an_open_transaction_never_expires() {
    let mut disk = Disk::new(Policy {
        producer_expiration_ms: 10,
        ..Policy::default()
    });
    disk.append(in_txn(1, 0, 1));
    disk.append(of_producer(2, 0, 0, 1));
    disk.log.expire_producers(at(1_000_000));
    let left: Vec<_> = disk.log.producers().iter().map(|(id, _)| id).collect();
    assert_eq!(left, [ProducerId(1)]);
}

#[test]
fn sequence_goes_on_after_a_marker_and_restarts_after_an_epoch_bump() {
    let mut disk = Disk::new(Policy::default());
    disk.append(in_txn(1, 0, 2));
    disk.end_txn(1, 0, true);
    disk.append(in_txn(1, 2, 1));
    // A marker with a later epoch, as a fencing coordinator writes it, forgets the batches.
    disk.end_txn(1, 1, false);
    let stale = disk.log.append(&in_txn(1, 3, 1).facts(), EPOCH, at(0));
    assert!(matches!(stale, Err(Refusal::InvalidProducerEpoch { .. })));
    let bumped = Sketch {
        producer: Some((1, 1, 0)),
        ..in_txn(1, 0, 1)
    };
    let accepted = disk.log.append(&bumped.facts(), EPOCH, at(0));
    assert!(matches!(accepted, Ok(Append::Staged(_))));
    assert!(
        Batch::of(&bumped.facts())
            .producer
            .is_some_and(|p| p.transactional)
    );
}
