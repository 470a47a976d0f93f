//! SIGUSR1: what the shards count, in Prometheus' text format.

use crate::broker::{Home, until};

/// The sum of a metric over all shards.
fn sum(words: &str, metric: &str) -> f64 {
    let prefix = format!("corelane_{metric}{{shard=");
    let lines = words.lines().filter(|line| line.starts_with(&prefix));
    let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum()
}

#[test]
fn a_signal_makes_the_broker_tell_what_it_counted() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create("counted", 4, &[]);
    for partition in 0..4 {
        caller.produce(("counted", partition), &["one", "two"]);
    }
    broker.signal("USR1");
    until("the counts are told", || {
        broker
            .words()
            .contains("corelane_longest_turn_seconds{shard=\"1\"}")
    });
    let words = broker.words();
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
