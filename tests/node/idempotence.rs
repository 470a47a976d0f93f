//! A producer that repeats itself is heard once.

use corelane::model::{ProducerEpoch, ProducerId, Sequence};
use corelane::records::BatchBuilder;
use corelane::wire::api::init_producer_id;

use crate::broker::Home;
use crate::caller::Caller;
use crate::desk::{Produced, now, push};

const PLACE: (&str, i32) = ("once", 0);
const OUT_OF_ORDER_SEQUENCE: i16 = 45;
const INVALID_PRODUCER_EPOCH: i16 = 47;

pub fn new_producer(caller: &mut Caller) -> i64 {
    let request = init_producer_id::Request {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..Default::default()
    };
    let answer = caller.ask(&request, 4);
    let body: init_producer_id::Response<'_> = answer.body();
    assert_eq!((body.error_code, body.producer_epoch), (0, 0));
    body.producer_id
}

/// Two records of a producer, from this sequence number on.
fn two(caller: &mut Caller, producer: i64, epoch: i16, sequence: i32) -> Produced {
    let mut builder = BatchBuilder::new().producer(
        ProducerId(producer),
        ProducerEpoch(epoch),
        Sequence(sequence),
    );
    for n in 0..2 {
        let value = format!("{producer}:{epoch}:{}", sequence + n);
        push(&mut builder, value.as_bytes(), now());
    }
    caller.try_produce(PLACE, &builder.finish())
}

fn outcome(produced: &Produced) -> (i16, i64) {
    (produced.error, produced.offset)
}

#[test]
fn duplicates_get_the_first_offset_and_gaps_and_old_epochs_are_refused() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(PLACE.0, 1, &[]);
    let one = new_producer(&mut caller);
    let other = new_producer(&mut caller);
    assert_ne!(one, other);
    for round in 0..6 {
        assert_eq!(
            outcome(&two(&mut caller, one, 0, round * 2)),
            (0, i64::from(round) * 2)
        );
    }
    // The last five batches are remembered.
    for round in 1..6 {
        assert_eq!(
            outcome(&two(&mut caller, one, 0, round * 2)),
            (0, i64::from(round) * 2)
        );
    }
    assert_eq!(two(&mut caller, one, 0, 14).error, OUT_OF_ORDER_SEQUENCE);
    assert_eq!(outcome(&two(&mut caller, one, 1, 0)), (0, 12));
    assert_eq!(two(&mut caller, one, 0, 12).error, INVALID_PRODUCER_EPOCH);
    assert_eq!(two(&mut caller, one, 2, 5).error, OUT_OF_ORDER_SEQUENCE);
    assert_eq!(outcome(&two(&mut caller, other, 0, 0)), (0, 14));
    assert_eq!(caller.read_all(PLACE, 0).len(), 16);
}

/// Producers go on after `end` stopped the first broker.
fn goes_on_after(end: impl FnOnce(crate::broker::Broker)) {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(PLACE.0, 1, &[]);
    let producer = new_producer(&mut caller);
    for round in 0..3 {
        assert_eq!(two(&mut caller, producer, 3, round * 2).error, 0);
    }
    end(broker);
    let broker = home.start(&[]);
    let mut caller = broker.call();
    assert_eq!(
        outcome(&two(&mut caller, producer, 3, 4)),
        (0, 4),
        "a duplicate"
    );
    assert_eq!(
        two(&mut caller, producer, 3, 8).error,
        OUT_OF_ORDER_SEQUENCE
    );
    assert_eq!(
        two(&mut caller, producer, 2, 6).error,
        INVALID_PRODUCER_EPOCH
    );
    assert_eq!(outcome(&two(&mut caller, producer, 3, 6)), (0, 6));
    assert_eq!(caller.read_all(PLACE, 0).len(), 8);
    let newer = new_producer(&mut caller);
    assert!(
        newer > producer,
        "an id is given once: {newer} after {producer}"
    );
}

#[test]
fn producers_are_known_after_kill_9_from_the_log() {
    goes_on_after(|broker| broker.kill());
}

#[test]
fn producers_are_known_after_a_clean_stop_from_the_snapshot() {
    goes_on_after(|broker| assert!(broker.stop("TERM").success()));
}
