//! SIGTERM and SIGINT: everything is written down, and the next start has nothing to mend.

use std::path::Path;
use std::thread;
use std::time::Duration;

use corelane::log::layout::{self, CleanShutdown, MetaProperties, PartitionMetadata, names};
use corelane::records::Batches;

use crate::broker::Home;
use crate::caller::Caller;
use crate::desk::{BY_NAME, batch, fetching, produced};

const TOPIC: &str = "orders";

fn text(path: &Path) -> String {
    let read = std::fs::read_to_string(path);
    read.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Produces, stops by a signal, looks at the files, starts again and reads.
fn stops_cleanly(signal: &str) {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let id = caller.create(TOPIC, 2, &[]);
    let values: Vec<String> = (0..100).map(|n| format!("value {n}")).collect();
    caller.produce((TOPIC, 0), &values);
    caller.produce((TOPIC, 0), &["last"]);
    let status = broker.stop(signal);
    assert_eq!(status.code(), Some(0), "{status}; {}", home.words());

    node_files_are_whole(&home);
    partition_files_are_whole(&home.data().join(format!("{TOPIC}-0")), 101);
    partition_files_are_whole(&home.data().join(format!("{TOPIC}-1")), 0);
    let metadata = text(
        &home
            .data()
            .join(format!("{TOPIC}-0/{}", names::PARTITION_METADATA)),
    );
    assert_eq!(PartitionMetadata::decode(&metadata).unwrap().topic, id);

    let broker = home.start(&[]);
    assert!(!home.words().contains("cut"), "{}", home.words());
    assert!(!home.words().contains("ERROR"), "{}", home.words());
    let marker = home.data().join(names::CLEAN_SHUTDOWN);
    assert!(!marker.exists(), "the marker is of the last stop only");
    let mut caller = broker.call();
    let found = caller.read_all((TOPIC, 0), 0);
    assert_eq!(found.len(), 101);
    assert_eq!(found[100].value, "last");
    assert_eq!(caller.produce((TOPIC, 0), &["next"]), 101);
}

fn node_files_are_whole(home: &Home) {
    let file = |name: &str| text(&home.data().join(name));
    CleanShutdown::decode(&file(names::CLEAN_SHUTDOWN)).expect("the clean-shutdown marker");
    let identity = MetaProperties::decode(&file(names::META_PROPERTIES)).unwrap();
    assert!(!identity.cluster_id.is_empty());
    for name in [names::RECOVERY_POINTS, names::HIGH_WATERMARKS] {
        let offsets = layout::decode_offsets(&file(name)).expect(name);
        let of = |index: i32| {
            let mut entries = offsets.iter();
            let found = entries.find(|(p, _)| p.topic.as_str() == TOPIC && p.index == index);
            found.map(|(_, offset)| offset.0)
        };
        assert_eq!((of(0), of(1)), (Some(101), Some(0)), "{name}");
    }
    let starts = layout::decode_offsets(&file(names::LOG_STARTS));
    assert_eq!(starts.expect("log starts"), []);
}

/// One segment with `records` records, its exact bytes and nothing behind them.
fn partition_files_are_whole(directory: &Path, records: i64) {
    let file = |name: &str| directory.join(name);
    let log = std::fs::read(file("00000000000000000000.log")).unwrap();
    let batches: Vec<_> = Batches::new(&log)
        .map(|b| b.expect("a whole batch"))
        .collect();
    let bytes: usize = batches.iter().map(|b| b.bytes().len()).sum();
    assert_eq!(bytes, log.len(), "no bytes behind the last batch");
    let end = batches.last().map_or(0, |b| b.last_offset().0 + 1);
    assert_eq!(end, records);
    for (name, entry) in [("index", 8), ("timeindex", 12)] {
        let index = std::fs::metadata(file(&format!("00000000000000000000.{name}")));
        assert_eq!(index.expect(name).len() % entry, 0, "{name}");
    }
    if records > 0 {
        let snapshot = file(&format!("{records:020}.snapshot"));
        assert!(snapshot.exists(), "a snapshot of the producers");
        let epochs = layout::decode_epochs(&text(&file(names::LEADER_EPOCHS)));
        assert!(epochs.is_ok(), "{epochs:?}");
    }
}

#[test]
fn sigterm_leaves_files_that_the_next_start_has_nothing_to_mend_in() {
    stops_cleanly("TERM");
}

#[test]
fn sigint_stops_as_cleanly_as_sigterm() {
    stops_cleanly("INT");
}

/// Produces until the broker is gone; gives the offsets that were acknowledged.
fn produce_until_it_stops(mut caller: Caller, partition: i32) -> Vec<(i64, String)> {
    let mut acked = Vec::new();
    for round in 0.. {
        let value = format!("{partition}:{round}:{}", "v".repeat(2_000));
        let ticket = caller.send_batch((TOPIC, partition), &batch(&[&value]), -1);
        let Ok(answer) = caller.try_receive(ticket) else {
            break;
        };
        match produced(&answer) {
            told if told.error == 0 => acked.push((told.offset, value)),
            // Not leader any more: it stops.
            told => assert_eq!(told.error, 6, "{told:?}"),
        }
    }
    acked
}

#[test]
fn a_stop_under_load_loses_nothing_and_leaves_whole_files() {
    let home = Home::new();
    let broker = home.start(&[]);
    let small = ("segment.bytes", "1048576");
    broker.call().create(TOPIC, 2, &[small]);
    let mut waiting = broker.call();
    let mut poll = fetching((TOPIC, 1), 0);
    (poll.max_wait_ms, poll.min_bytes) = (50_000, i32::MAX);
    poll.max_bytes = i32::MAX;
    let _ = waiting.send(&poll, BY_NAME);
    let producers: Vec<_> = (0..4)
        .map(|n| {
            let caller = broker.call();
            thread::spawn(move || produce_until_it_stops(caller, n % 2))
        })
        .collect();
    thread::sleep(Duration::from_millis(1_000));
    let status = broker.stop("TERM");
    assert_eq!(status.code(), Some(0), "{status}; {}", home.words());
    for partition in 0..2 {
        let directory = home.data().join(format!("{TOPIC}-{partition}"));
        every_segment_is_whole(&directory);
    }
    let acked = producers.into_iter().map(|p| p.join().expect("a producer"));
    let acked: Vec<Vec<(i64, String)>> = acked.collect();
    let broker = home.start(&[]);
    assert!(!home.words().contains("cut"), "{}", home.words());
    let mut caller = broker.call();
    let found = [0, 1].map(|partition| caller.read_all((TOPIC, partition), 0));
    for (producer, acked) in acked.iter().enumerate() {
        assert!(!acked.is_empty(), "producer {producer} was heard");
        for (offset, value) in acked {
            let there = found[producer % 2].get(*offset as usize);
            assert_eq!(there.map(|r| &r.value), Some(value), "at {offset}");
        }
    }
}

/// Every `.log` holds whole batches and nothing else, and has its indexes.
fn every_segment_is_whole(directory: &Path) {
    let mut next = 0;
    let names = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "log"))
    {
        let log = std::fs::read(path).unwrap();
        for batch in Batches::new(&log) {
            let batch = batch.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            assert_eq!(batch.base_offset().0, next, "{}", path.display());
            next = batch.last_offset().0 + 1;
        }
        for extension in ["index", "timeindex"] {
            assert!(
                path.with_extension(extension).exists(),
                "{}",
                path.display()
            );
        }
    }
}
