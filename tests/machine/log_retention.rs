//! What retention and DeleteRecords take away, and what they never touch.

use corelane::log::{Log, Policy, Refusal, Retained, Trimmed};
use corelane::model::Offset;

use crate::log_fixture::{at, empty_log, plain, stage};

/// Five durable segments of one batch each, written at 0, 1000, .. 4000 ms.
fn log_of_five(policy: Policy) -> Log {
    let batch = plain(2).sized(100);
    let mut log = empty_log(Policy {
        segment_bytes: batch.facts().size,
        ..policy
    });
    for n in 0..5 {
        stage(&mut log, batch.at_ms(n * 1000));
    }
    log.on_durable(Offset(10));
    log
}

fn trimmed(outcome: Retained) -> Trimmed {
    match outcome {
        Retained::Trimmed(trimmed) => trimmed,
        other => panic!("{other:?}"),
    }
}

fn bases(log: &Log) -> Vec<i64> {
    log.segments().map(|segment| segment.base().0).collect()
}

#[test]
fn segments_go_when_their_newest_record_is_too_old() {
    let mut log = log_of_five(Policy {
        retention_ms: 1500,
        ..Policy::default()
    });
    let high = Offset(10);
    assert_eq!(log.retain(high, at(1500)), Retained::All);
    let gone = trimmed(log.retain(high, at(2501)));
    assert_eq!(gone.deleted, [Offset(0), Offset(2)]);
    assert_eq!((gone.log_start, gone.rolled), (Offset(4), None));
    assert_eq!(bases(&log), [4, 6, 8]);
    let start = log.log_start();
    assert_eq!(log.epochs().entries()[0].start, start);
}

#[test]
fn active_segment_rolls_to_go_and_an_empty_one_stays() {
    let mut log = log_of_five(Policy {
        retention_ms: 10,
        ..Policy::default()
    });
    let high = Offset(10);
    let gone = trimmed(log.retain(high, at(100_000)));
    assert_eq!(gone.deleted.len(), 5);
    let rolled = gone.rolled.expect("the active segment closed");
    assert_eq!((rolled.closed, rolled.opened), (Offset(8), Offset(10)));
    assert_eq!((log.log_start(), log.size()), (Offset(10), 0));
    assert_eq!(log.retain(high, at(200_000)), Retained::All);
    assert_eq!(stage(&mut log, plain(1)).base_offset, Offset(10));
    log.on_durable(Offset(11));
    assert!(log.read(Offset(10), Offset(11)).is_ok());
}

#[test]
fn segments_go_while_the_rest_still_has_the_retained_size() {
    let size = i64::from(plain(2).sized(100).facts().size);
    let high = Offset(10);
    for (retention_bytes, kept) in [(5 * size, 5), (4 * size + 1, 5), (4 * size, 4), (size, 1)] {
        let mut log = log_of_five(Policy {
            retention_bytes,
            retention_ms: -1,
            ..Policy::default()
        });
        log.retain(high, at(0));
        assert_eq!(bases(&log).len(), kept, "{retention_bytes} bytes");
    }
}

#[test]
fn nothing_at_or_past_the_high_watermark_goes() {
    let mut log = log_of_five(Policy {
        retention_ms: 0,
        ..Policy::default()
    });
    let gone = trimmed(log.retain(Offset(5), at(100_000)));
    assert_eq!(gone.deleted, [Offset(0), Offset(2)]);
    assert_eq!(log.retain(Offset(5), at(100_000)), Retained::All);
}

#[test]
fn compacted_topic_keeps_its_segments() {
    let mut log = log_of_five(Policy {
        delete: false,
        retention_ms: 0,
        retention_bytes: 0,
        ..Policy::default()
    });
    assert_eq!(log.retain(Offset(10), at(100_000)), Retained::All);
}

#[test]
fn age_of_a_segment_without_index_is_asked_for() {
    let mut log = log_of_five(Policy {
        retention_ms: 1500,
        ..Policy::default()
    });
    let indexes = log.segment(Offset(0)).and_then(|s| s.indexes()).cloned();
    log.drop_index(Offset(0));
    let gone = trimmed(log.retain(Offset(10), at(1501)));
    assert_eq!(
        gone.deleted,
        [Offset(0)],
        "the largest timestamp outlives the index"
    );
    log.load_index(Offset(0), indexes.expect("in memory"));
    assert_eq!(
        bases(&log),
        [2, 4, 6, 8],
        "an index that comes too late is dropped"
    );
}

#[test]
fn delete_records_moves_the_log_start_and_drops_whole_segments() {
    let mut log = log_of_five(Policy::default());
    let high = Offset(10);
    let gone = log.delete_records(Offset(5), high, at(0)).expect("legal");
    assert_eq!(
        (gone.log_start, &gone.deleted[..]),
        (Offset(5), &[Offset(0), Offset(2)][..])
    );
    assert!(gone.new_epochs);
    let before = log.clone();
    let none = log.delete_records(Offset(3), high, at(0)).expect("legal");
    assert_eq!((none.log_start, none.deleted.len()), (Offset(5), 0));
    assert_eq!(log, before);
    assert!(log.read(Offset(4), high).is_err());
    assert!(log.read(Offset(5), high).is_ok());
}

#[test]
fn delete_records_up_to_the_end_keeps_the_active_segment() {
    let mut log = log_of_five(Policy::default());
    let gone = log
        .delete_records(Offset(10), Offset(10), at(0))
        .expect("legal");
    assert_eq!((gone.deleted.len(), gone.rolled), (4, None));
    assert_eq!((log.log_start(), bases(&log)), (Offset(10), vec![8]));
}

#[test]
fn delete_records_past_the_high_watermark_is_refused() {
    let mut log = log_of_five(Policy::default());
    let before = log.clone();
    for asked in [Offset(9), Offset(-3)] {
        let refusal = Refusal::OffsetOutOfRange {
            asked,
            start: Offset(0),
            end: Offset(8),
        };
        assert_eq!(log.delete_records(asked, Offset(8), at(0)), Err(refusal));
    }
    assert_eq!(log, before);
}
