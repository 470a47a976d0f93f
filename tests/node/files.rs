//! Segment files: made ahead of a roll, and kept open within a limit.

use crate::broker::{Home, until};

const TOPIC: &str = "files";
const PREPARED: &str = "next-segment.prepared";

/// The descriptors of a broker that has hardly any, and partitions that are more.
const DESCRIPTORS: u32 = 200;
const PARTITIONS: i32 = 300;

/// A batch that fills a tenth of the smallest segment there may be.
fn tenth() -> String {
    "z".repeat(105_000)
}

#[test]
fn the_next_segment_is_ready_before_the_roll_and_no_file_of_it_outlives_the_broker() {
    let home = Home::new();
    let mut broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[("segment.bytes", "1048576")]);
    let directory = home.data().join("files-0");
    let prepared = directory.join(PREPARED);
    for round in 0..3 {
        for n in 0..9 {
            assert_eq!(caller.produce((TOPIC, 0), &[tenth()]), round * 9 + n);
        }
        until("the next file is made", || prepared.exists());
        if round == 0 {
            // A roll gives it its name.
            assert_eq!(caller.produce((TOPIC, 0), &[tenth()]), 9);
            assert_eq!(caller.produce((TOPIC, 0), &[tenth()]), 10);
            until("it has the name of its segment", || {
                !prepared.exists() && directory.join(format!("{:020}.log", 9)).exists()
            });
            assert_eq!(caller.read_all((TOPIC, 0), 0).len(), 11);
            caller.delete(TOPIC);
            until("the directory is gone", || !directory.exists());
            caller.create(TOPIC, 1, &[("segment.bytes", "1048576")]);
            for n in 0..9 {
                assert_eq!(caller.produce((TOPIC, 0), &[tenth()]), n);
            }
            until("the next file is made", || prepared.exists());
            broker.kill();
        } else {
            assert!(broker.stop("TERM").success());
            assert!(!prepared.exists(), "after a clean stop");
        }
        broker = home.start(&[]);
        assert!(!prepared.exists(), "after a start");
        caller = broker.call();
        assert_eq!(caller.read_all((TOPIC, 0), 0).len() as i64, round * 9 + 9);
    }
}

#[test]
fn more_partitions_than_descriptors_are_written_read_and_recovered() {
    let home = Home::with_descriptors(DESCRIPTORS);
    let broker = home.start(&[]);
    broker.call().create(TOPIC, PARTITIONS, &[]);
    let everywhere = |caller: &mut crate::caller::Caller, offset: i64| {
        for partition in 0..PARTITIONS {
            let value = format!("{partition}:{offset}");
            assert_eq!(caller.produce((TOPIC, partition), &[value]), offset);
        }
    };
    everywhere(&mut broker.call(), 0);
    assert!(broker.descriptors() < DESCRIPTORS as usize);
    broker.kill();
    // With no memory of what was written, every read opens a file.
    let broker = home.start(&[]);
    let mut caller = broker.call();
    for round in 1..3 {
        for partition in 0..PARTITIONS {
            let held = caller.read_all((TOPIC, partition), 0);
            assert_eq!(held.len() as i64, round, "{partition}");
        }
        everywhere(&mut caller, round);
    }
    assert!(broker.descriptors() < DESCRIPTORS as usize);
    assert!(broker.stop("TERM").success());
}
