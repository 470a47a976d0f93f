//! Logs of many segments: rolled, read across, trimmed, deleted.

use std::path::Path;

use crate::broker::{Home, until};
use crate::caller::Caller;
use crate::desk::{EARLIEST, LATEST, Seen};

const TOPIC: &str = "long";
const PLACE: (&str, i32) = (TOPIC, 0);
const SMALL: [(&str, &str); 2] = [("segment.bytes", "1048576"), ("file.delete.delay.ms", "0")];

/// The least memory for newest bytes, so that reads come from files.
const LITTLE_MEMORY: [&str; 2] = ["--set", "corelane.memory.tail.bytes=1048576"];

/// Base offsets of the segments in a directory.
fn segments(directory: &Path) -> Vec<i64> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        name.into_string().unwrap()
    });
    let bases = names.filter_map(|name| name.strip_suffix(".log")?.parse().ok());
    let mut bases: Vec<i64> = bases.collect();
    bases.sort_unstable();
    bases
}

/// Fills a partition with `count` batches of about 100 KiB, several in flight.
fn fill(caller: &mut Caller, first: i64, count: i64) {
    let tickets: Vec<_> = (0..count)
        .map(|n| {
            let values: Vec<String> = (0..10)
                .map(|m| format!("{}:{}", first + n * 10 + m, "y".repeat(10_000)))
                .collect();
            caller.send_batch(PLACE, &crate::desk::batch(&values), -1)
        })
        .collect();
    for (n, ticket) in tickets.into_iter().enumerate() {
        let produced = crate::desk::produced(&caller.receive(ticket));
        assert_eq!(
            (produced.error, produced.offset),
            (0, first + n as i64 * 10)
        );
    }
}

/// Every record names its own offset.
fn assert_complete(records: &[Seen], from: i64, to: i64) {
    assert_eq!(records.len() as i64, to - from);
    for (record, offset) in records.iter().zip(from..) {
        let named = record.value.split(':').next().unwrap();
        assert_eq!((record.offset, named), (offset, &offset.to_string()[..]));
    }
}

#[test]
fn reads_cross_segments_and_are_equal_from_memory_and_from_files() {
    let home = Home::new();
    let broker = home.start(&LITTLE_MEMORY);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &SMALL);
    fill(&mut caller, 0, 35);
    let directory = home.data().join("long-0");
    assert!(
        segments(&directory).len() >= 3,
        "{:?}",
        segments(&directory)
    );
    let before = caller.read_all(PLACE, 0);
    assert_complete(&before, 0, 350);
    assert!(broker.stop("TERM").success());
    let broker = home.start(&LITTLE_MEMORY);
    assert_eq!(broker.call().read_all(PLACE, 0), before);
    broker.kill();
    let broker = home.start(&LITTLE_MEMORY);
    let mut caller = broker.call();
    assert_eq!(caller.read_all(PLACE, 0), before);
    fill(&mut caller, 350, 15);
    for offset in [0, 101, 255, 349, 350, 499] {
        assert_complete(&caller.read_all(PLACE, offset), offset, 500);
    }
}

#[test]
fn segments_beyond_the_retained_size_are_deleted() {
    let home = Home::new();
    let every = "log.retention.check.interval.ms=200";
    let broker = home.start(&["--set", every]);
    let mut caller = broker.call();
    let retained = ("retention.bytes", "1500000");
    caller.create(TOPIC, 1, &[SMALL[0], SMALL[1], retained]);
    fill(&mut caller, 0, 45);
    let directory = home.data().join("long-0");
    let mut start = 0;
    until("old segments are gone", || {
        start = caller.offset_at(PLACE, EARLIEST).1;
        start > 0 && segments(&directory)[0] == start
    });
    assert_complete(&caller.read_all(PLACE, start), start, 450);
    assert_eq!(
        caller.fetch(PLACE, 0).error,
        1,
        "what is gone is out of range"
    );
    assert_eq!(caller.produce(PLACE, &["450:"]), 450);
    broker.kill();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let again = caller.offset_at(PLACE, EARLIEST).1;
    assert!(again >= start, "{again} after {start}");
    assert_complete(&caller.read_all(PLACE, again), again, 451);
}

#[test]
fn deleted_records_stay_deleted() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &SMALL);
    fill(&mut caller, 0, 25);
    assert_eq!(caller.delete_records(PLACE, 123), (0, 123));
    assert_eq!(
        caller.delete_records(PLACE, 50),
        (0, 123),
        "it never goes back"
    );
    assert_eq!(caller.delete_records(PLACE, 251), (1, -1), "beyond the end");
    let directory = home.data().join("long-0");
    until("the first segment is gone", || segments(&directory)[0] > 0);
    assert_eq!(caller.offset_at(PLACE, EARLIEST), (0, 123));
    assert_eq!(caller.fetch(PLACE, 122).error, 1);
    assert_complete(&caller.read_all(PLACE, 123), 123, 250);
    assert!(broker.stop("TERM").success());
    let broker = home.start(&[]);
    let mut caller = broker.call();
    assert_eq!(caller.offset_at(PLACE, EARLIEST), (0, 123));
    assert_eq!(
        caller.delete_records(PLACE, -1),
        (0, 250),
        "up to the high watermark"
    );
    assert_eq!(caller.offset_at(PLACE, LATEST), (0, 250));
    assert_eq!(caller.produce(PLACE, &["250:"]), 250);
    assert_complete(&caller.read_all(PLACE, 250), 250, 251);
}

/// Names of what is in the data directory of a topic.
fn directories(home: &Home) -> Vec<String> {
    let names = std::fs::read_dir(home.data()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(TOPIC)).collect()
}

#[test]
fn a_topic_made_again_under_its_name_is_empty() {
    let home = Home::new();
    let mut broker = home.start(&[]);
    let mut ids = Vec::new();
    for round in 0..3 {
        let mut caller = broker.call();
        ids.push(caller.create(TOPIC, 2, &SMALL));
        assert_eq!(caller.offset_at(PLACE, LATEST), (0, 0), "round {round}");
        assert_eq!(caller.read_all(PLACE, 0), []);
        fill(&mut caller, 0, 3);
        if round == 1 {
            broker.kill();
            broker = home.start(&[]);
            caller = broker.call();
            assert_complete(&caller.read_all(PLACE, 0), 0, 30);
        }
        caller.delete(TOPIC);
        let produced = caller.try_produce(PLACE, &crate::desk::batch(&["late"]));
        assert_eq!(produced.error, 3, "unknown topic");
        match round {
            0 => until("the directories are gone", || directories(&home).is_empty()),
            // Killed with directories to remove.
            _ => {
                broker.kill();
                broker = home.start(&[]);
                until("the directories are gone", || directories(&home).is_empty());
            }
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 3, "every topic has an id of its own");
}
