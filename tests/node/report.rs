//! SIGUSR1: what the shards count, in Prometheus' text format.

use crate::broker::{Broker, Home, sum};

#[test]
fn a_signal_makes_the_broker_tell_what_it_counted() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create("counted", 4, &[]);
    for partition in 0..4 {
        caller.produce(("counted", partition), &["one", "two"]);
    }
    let words = broker.counts();
    assert!(sum(&words, "requests_total") >= 5.0, "{words}");
    assert!(sum(&words, "batches_total") >= 4.0, "{words}");
    assert!(sum(&words, "batch_bytes_total") > 4.0 * 61.0, "{words}");
    assert!(sum(&words, "syncs_total") >= 4.0, "{words}");
    assert!(sum(&words, "longest_turn_seconds") > 0.0, "{words}");
    assert_eq!(
        sum(&words, "staged_bytes"),
        0.0,
        "all was acknowledged: {words}"
    );
    assert_eq!(sum(&words, "connections"), 1.0, "{words}");
    assert_eq!(caller.produce(("counted", 0), &["it goes on"]), 2);
}

/// Reads 64 MB of a partition and asks the broker for its counts: bytes of batches that it sent,
/// and those of them that it copied on their way.
fn read_and_ask(broker: &Broker) -> (f64, f64) {
    let mut reader = broker.call();
    let all = reader.read_all(("long", 0), 0);
    assert_eq!(all.len(), BATCHES);
    let words = broker.counts();
    let sum = |metric| sum(&words, metric);
    (
        sum("fetched_bytes_total"),
        sum("fetched_copied_bytes_total"),
    )
}

const BATCHES: usize = 64;

#[test]
fn records_reach_their_readers_without_a_copy() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create("long", 1, &[]);
    for _ in 0..BATCHES {
        caller.produce(("long", 0), &["v".repeat(900_000)]);
    }
    let (from_memory, copied) = read_and_ask(&broker);
    assert!(from_memory >= 900_000.0 * BATCHES as f64);
    assert_eq!(copied, 0.0, "of what memory holds nothing is copied");
    assert!(broker.stop("TERM").success());
    let broker = home.start(&[]);
    let (from_files, copied) = read_and_ask(&broker);
    assert!(from_files >= from_memory);
    // A few bytes wait in memory whenever the socket is full.
    assert!(copied <= from_files / 1_000.0, "{copied} of {from_files}");
}
