//! Idempotent producers: what is accepted, what is a duplicate, what is refused.

use corelane::log::{Append, Batch, Log, Policy, Producers, Refusal};
use corelane::log::{BATCHES_REMEMBERED, PRODUCERS_MAX};
use corelane::model::{Offset, ProducerEpoch, ProducerId, Sequence};

use crate::log_fixture::{EPOCH, Sketch, at, empty_log, of_producer, stage};

const PRODUCER: i64 = 7;

/// A log in which producer 7, epoch 2, wrote batches of `counts` records from sequence 0.
fn log_after(counts: &[i32]) -> Log {
    let mut log = empty_log(Policy::default());
    let mut sequence = 0;
    for &count in counts {
        stage(&mut log, of_producer(PRODUCER, 2, sequence, count));
        sequence += count;
    }
    log
}

fn offer(log: &mut Log, sketch: Sketch) -> Result<Append, Refusal> {
    log.append(&sketch.facts(), EPOCH, at(0))
}

fn out_of_order(first: i32, last_known: i32) -> Result<Append, Refusal> {
    Err(Refusal::OutOfOrderSequence {
        producer: ProducerId(PRODUCER),
        first: Sequence(first),
        last_known: Sequence(last_known),
    })
}

#[test]
fn each_of_the_last_five_batches_is_answered_with_its_first_offset() {
    let mut log = log_after(&[1, 2, 3, 4, 5, 6]);
    let staged_end = log.staged_end();
    for (sequence, count) in [(1, 2), (3, 3), (6, 4), (10, 5), (15, 6)] {
        match offer(&mut log, of_producer(PRODUCER, 2, sequence, count)) {
            Ok(Append::Duplicate(known)) => {
                assert_eq!(known.base_offset, Offset(sequence.into()));
                assert_eq!(known.last_offset, Offset((sequence + count - 1).into()));
                assert_eq!(known.timestamp, at(0));
            }
            other => panic!("sequence {sequence}: {other:?}"),
        }
    }
    assert_eq!(BATCHES_REMEMBERED, 5);
    assert_eq!(
        offer(&mut log, of_producer(PRODUCER, 2, 0, 1)),
        out_of_order(0, 20)
    );
    assert_eq!(log.staged_end(), staged_end);
}

#[test]
fn gap_and_overlap_are_out_of_order_and_change_nothing() {
    let mut log = log_after(&[3]);
    let before = log.clone();
    for (sequence, count) in [(4, 1), (2, 1), (1, 2), (0, 2), (0, 4)] {
        let refusal = offer(&mut log, of_producer(PRODUCER, 2, sequence, count));
        assert_eq!(refusal, out_of_order(sequence, 2));
    }
    assert_eq!(log, before);
    stage(&mut log, of_producer(PRODUCER, 2, 3, 1));
}

#[test]
fn older_epoch_is_fenced() {
    let mut log = log_after(&[3]);
    let refusal = Refusal::InvalidProducerEpoch {
        producer: ProducerId(PRODUCER),
        epoch: ProducerEpoch(1),
        current: ProducerEpoch(2),
    };
    assert_eq!(
        offer(&mut log, of_producer(PRODUCER, 1, 3, 1)),
        Err(refusal)
    );
}

#[test]
fn newer_epoch_starts_at_sequence_zero_and_forgets_the_older_batches() {
    let mut log = log_after(&[3]);
    assert_eq!(
        offer(&mut log, of_producer(PRODUCER, 3, 3, 1)),
        out_of_order(3, 2)
    );
    stage(&mut log, of_producer(PRODUCER, 3, 0, 1));
    assert!(matches!(
        offer(&mut log, of_producer(PRODUCER, 2, 0, 3)),
        Err(Refusal::InvalidProducerEpoch { .. })
    ));
    assert!(matches!(
        offer(&mut log, of_producer(PRODUCER, 3, 0, 1)),
        Ok(Append::Duplicate(_))
    ));
}

#[test]
fn unknown_producer_may_start_at_any_sequence() {
    let mut log = empty_log(Policy::default());
    stage(&mut log, of_producer(PRODUCER, 0, 41, 2));
    stage(&mut log, of_producer(PRODUCER, 0, 43, 1));
    assert_eq!(
        offer(&mut log, of_producer(PRODUCER, 0, 45, 1)),
        out_of_order(45, 43)
    );
}

#[test]
fn unknown_producer_whose_first_batch_was_refused_starts_with_that() {
    let mut log = log_after(&[]);
    let sketch = |sequence| of_producer(PRODUCER, 0, sequence, 2);
    log.on_refused(ProducerId(PRODUCER), Sequence(0));
    assert_eq!(offer(&mut log, sketch(2)), out_of_order(2, -1));
    stage(&mut log, sketch(0));
    stage(&mut log, sketch(2));
    // Of one that is known nothing needs to be noted.
    log.on_refused(ProducerId(PRODUCER), Sequence(0));
    stage(&mut log, sketch(4));
}

#[test]
fn sequence_wraps_from_its_largest_value_to_zero() {
    let mut log = empty_log(Policy::default());
    stage(&mut log, of_producer(PRODUCER, 0, i32::MAX - 1, 2));
    stage(&mut log, of_producer(PRODUCER, 0, 0, 1));
    stage(&mut log, of_producer(8, 0, i32::MAX - 1, 4));
    stage(&mut log, of_producer(8, 0, 2, 1));
    let Ok(Append::Duplicate(known)) = offer(&mut log, of_producer(8, 0, i32::MAX - 1, 4)) else {
        panic!("a batch across the wrap is remembered whole");
    };
    assert_eq!(known.base_offset, Offset(3));
}

#[test]
fn duplicate_is_known_before_it_is_durable() {
    let mut log = log_after(&[3]);
    assert_eq!(log.durable_end(), Offset(0));
    assert!(matches!(
        offer(&mut log, of_producer(PRODUCER, 2, 0, 3)),
        Ok(Append::Duplicate(_))
    ));
}

#[test]
fn silent_producer_is_forgotten_after_its_expiration() {
    let mut log = empty_log(Policy {
        producer_expiration_ms: 1000,
        ..Policy::default()
    });
    stage(&mut log, of_producer(PRODUCER, 0, 0, 1));
    stage(&mut log, of_producer(8, 0, 0, 1).at_ms(500));
    log.expire_producers(at(999));
    assert_eq!(log.producers().len(), 2);
    log.expire_producers(at(1000));
    let left: Vec<_> = log.producers().iter().map(|(id, _)| id).collect();
    assert_eq!(left, [ProducerId(8)]);
    stage(&mut log, of_producer(PRODUCER, 0, 9, 1));
}

#[test]
fn number_of_producers_is_bounded_and_the_longest_silent_go_first() {
    let mut producers = Producers::default();
    for id in 0..=PRODUCERS_MAX as i64 {
        let batch = Batch::of(&of_producer(id, 0, 0, 1).facts());
        producers.replay(&batch, Offset(id));
    }
    assert_eq!(producers.len(), PRODUCERS_MAX - PRODUCERS_MAX / 8 + 1);
    let oldest = producers.iter().next().map(|(id, _)| id);
    assert_eq!(oldest, Some(ProducerId(PRODUCERS_MAX as i64 / 8)));
}
