//! Where appended batches go, and when a segment rolls.

use corelane::log::{Log, Policy, Read, Refusal};
use corelane::model::Offset;

use crate::log_fixture::{EPOCH, at, empty_log, plain, stage};

#[test]
fn batches_lie_back_to_back_and_offsets_have_no_gaps() {
    let mut log = empty_log(Policy::default());
    let first = stage(&mut log, plain(3));
    let second = stage(&mut log, plain(2));
    assert_eq!(
        (first.base_offset, first.last_offset),
        (Offset(0), Offset(2))
    );
    assert_eq!(
        (second.base_offset, second.last_offset),
        (Offset(3), Offset(4))
    );
    assert_eq!(first.position, 0);
    assert_eq!(second.position, plain(3).facts().size);
    assert_eq!(log.staged_end(), Offset(5));
    assert_eq!(log.durable_end(), Offset(0));
    assert_eq!(
        log.size(),
        u64::from(plain(3).facts().size + plain(2).facts().size)
    );
    assert!(first.new_epoch && !second.new_epoch);
}

#[test]
fn segment_rolls_before_the_batch_that_would_pass_its_size() {
    let batch = plain(1).sized(100);
    let size = batch.facts().size;
    let mut log = empty_log(Policy {
        segment_bytes: 2 * size,
        ..Policy::default()
    });
    assert_eq!(stage(&mut log, batch).rolled, None);
    assert_eq!(stage(&mut log, batch).rolled, None);
    let third = stage(&mut log, batch);
    let rolled = third.rolled.expect("the segment is full");
    assert_eq!((rolled.closed, rolled.closed_bytes), (Offset(0), 2 * size));
    assert_eq!(
        (rolled.opened, third.segment, third.position),
        (Offset(2), Offset(2), 0)
    );
    let bases: Vec<_> = log.segments().map(|segment| segment.base()).collect();
    assert_eq!(bases, [Offset(0), Offset(2)]);
    let ends: Vec<_> = log
        .segments()
        .map(|segment| segment.last_offset())
        .collect();
    assert_eq!(ends, [Some(Offset(1)), Some(Offset(2))]);
}

#[test]
fn batch_larger_than_a_segment_is_refused() {
    let batch = plain(1).sized(500);
    let bytes = batch.facts().size;
    let mut log = empty_log(Policy {
        segment_bytes: bytes - 1,
        ..Policy::default()
    });
    let before = log.clone();
    let refusal = Refusal::LargerThanSegment {
        bytes,
        segment_bytes: bytes - 1,
    };
    assert_eq!(log.append(&batch.facts(), EPOCH, at(0)), Err(refusal));
    assert_eq!(log, before);
}

#[test]
fn segment_rolls_by_the_time_between_its_first_batch_and_the_next() {
    let mut log = empty_log(Policy {
        segment_ms: 1000,
        ..Policy::default()
    });
    stage(&mut log, plain(1).at_ms(500));
    assert_eq!(stage(&mut log, plain(1).at_ms(1500)).rolled, None);
    assert!(stage(&mut log, plain(1).at_ms(1501)).rolled.is_some());
}

#[test]
fn full_index_rolls_the_segment() {
    let mut log = empty_log(Policy {
        index_interval_bytes: 0,
        index_bytes: 36,
        ..Policy::default()
    });
    // The time index of 36 bytes has room for three entries and keeps the last for closing.
    for ms in 0..3 {
        assert_eq!(stage(&mut log, plain(1).at_ms(ms)).rolled, None);
    }
    assert!(stage(&mut log, plain(1).at_ms(3)).rolled.is_some());
    let closed = log
        .segments()
        .next()
        .and_then(|s| s.indexes())
        .expect("in memory");
    assert_eq!((closed.offsets.entries(), closed.times.entries()), (2, 2));
}

#[test]
fn completions_move_the_ends_in_order() {
    let mut log = empty_log(Policy::default());
    stage(&mut log, plain(3));
    stage(&mut log, plain(2));
    let upper = Offset(5);
    assert_eq!(log.read(Offset(0), upper), Ok(Read::Empty));
    log.on_written(Offset(3));
    assert_eq!(
        (log.written_end(), log.durable_end()),
        (Offset(3), Offset(0))
    );
    let Ok(Read::Scan(plan)) = log.read(Offset(0), upper) else {
        panic!("three records are written");
    };
    assert_eq!((plan.position, plan.end), (0, plain(3).facts().size));
    log.on_durable(Offset(5));
    assert_eq!(
        (log.written_end(), log.durable_end()),
        (Offset(5), Offset(5))
    );
}

#[test]
fn reading_outside_the_log_is_refused() {
    let mut log = Log::new(Policy::default(), Offset(10), at(0));
    stage(&mut log, plain(3));
    log.on_durable(Offset(13));
    for asked in [Offset(9), Offset(14)] {
        let refusal = Refusal::OffsetOutOfRange {
            asked,
            start: Offset(10),
            end: Offset(13),
        };
        assert_eq!(log.read(asked, Offset(13)), Err(refusal));
    }
    assert_eq!(log.read(Offset(13), Offset(13)), Ok(Read::Empty));
}

#[test]
fn idle_partition_costs_less_than_a_kibibyte() {
    let log = empty_log(Policy::default());
    let segment = log.active();
    assert!(size_of_val(&log) + 4 * size_of_val(segment) <= 1024);
}

#[test]
fn a_roll_is_near_at_seven_eighths_of_size_or_age() {
    let policy = Policy {
        segment_bytes: 1600,
        segment_ms: 8000,
        ..Policy::default()
    };
    let mut log = empty_log(policy);
    assert!(
        !log.nears_roll(at(100_000)),
        "an empty segment does not roll"
    );
    stage(&mut log, plain(1).sized(600));
    stage(&mut log, plain(1).sized(600).at_ms(7000));
    assert!(!log.nears_roll(at(7000)), "{}", log.active().bytes());
    let mut old = log.clone();
    stage(&mut old, plain(1).at_ms(7001));
    assert!(old.nears_roll(at(7001)), "by age");
    stage(&mut log, plain(1).at_ms(7000));
    assert!(
        log.active().bytes() >= 1400 && log.nears_roll(at(7000)),
        "by size"
    );
}
