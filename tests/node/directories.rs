//! Several log directories: where partitions lie, and what is left when one of them fails.

use std::path::{Path, PathBuf};

use corelane::wire::api::{describe_log_dirs, metadata};

use crate::broker::{Broker, Home, until};
use crate::caller::Caller;
use crate::desk::batch;

const TOPIC: &str = "spread";
const STORAGE_ERROR: i16 = 56;
const LEADER_NOT_AVAILABLE: i16 = 5;

/// A second log directory beside the usual one, which has the metadata log.
fn second(home: &Home) -> PathBuf {
    home.beside("second")
}

fn start(home: &Home) -> Broker {
    let second = second(home).display().to_string();
    home.start(&["--data-dir", &second])
}

/// Numbers of the partitions that lie in a directory.
fn held(directory: &Path) -> Vec<i32> {
    let entries = std::fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let prefix = format!("{TOPIC}-");
    let mut held: Vec<i32> = names
        .filter_map(|name| name.strip_prefix(&prefix)?.parse().ok())
        .collect();
    held.sort_unstable();
    held
}

fn fill(caller: &mut Caller, partitions: i32) {
    for partition in 0..partitions {
        let offset = caller.produce((TOPIC, partition), &["one", "two"]);
        assert_eq!(offset % 2, 0);
    }
}

/// A broker whose topic has two records in each of four partitions.
fn filled(home: &Home) -> (Broker, Caller) {
    let broker = start(home);
    let mut caller = broker.call();
    caller.create(TOPIC, 4, &[]);
    fill(&mut caller, 4);
    (broker, caller)
}

/// Reads all partitions back: those that were away have their two records, the others got a third.
/// Gives how many each has.
fn held_back(caller: &mut Caller, away: &[i32]) -> [usize; 4] {
    [0, 1, 2, 3].map(|partition| {
        let records = if away.contains(&partition) { 2 } else { 3 };
        let read = caller.read_all((TOPIC, partition), 0);
        assert_eq!(read.len(), records, "{partition}");
        records
    })
}

/// Error code, leader and offline replicas of each partition, by number.
fn led(caller: &mut Caller) -> Vec<(i16, i32, Vec<i32>)> {
    let topic = metadata::MetadataRequestTopic {
        name: Some(TOPIC.into()),
        ..Default::default()
    };
    let request = metadata::Request {
        topics: Some(vec![topic]),
        ..Default::default()
    };
    let answer = caller.ask(&request, 12);
    let body: metadata::Response<'_> = answer.body();
    let mut partitions = body.topics[0].partitions.clone();
    partitions.sort_by_key(|partition| partition.partition_index);
    let row = |p: metadata::MetadataResponsePartition<'_>| {
        (p.error_code, p.leader_id, p.offline_replicas.clone())
    };
    partitions.into_iter().map(row).collect()
}

/// Path, error code, numbers of the partitions, and whether the volume's size is told.
fn described(caller: &mut Caller) -> Vec<(String, i16, Vec<i32>, bool)> {
    let request = describe_log_dirs::Request::default();
    let answer = caller.ask(
        &describe_log_dirs::Request {
            topics: None,
            ..request
        },
        4,
    );
    let body: describe_log_dirs::Response<'_> = answer.body();
    let row = |dir: &describe_log_dirs::DescribeLogDirsResult<'_>| {
        let partitions = dir.topics.iter().flat_map(|topic| &topic.partitions);
        let numbers = partitions.map(|partition| partition.partition_index);
        let is_sized = dir.total_bytes >= dir.usable_bytes && dir.usable_bytes > 0;
        (
            dir.log_dir.to_string(),
            dir.error_code,
            numbers.collect(),
            is_sized,
        )
    };
    body.results.iter().map(row).collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn partitions_are_spread_over_the_directories_and_found_again() {
    let home = Home::new();
    let (broker, mut caller) = filled(&home);
    let (first, second) = (held(&home.data()), held(&second(&home)));
    assert_eq!((first.len(), second.len()), (2, 2), "{first:?} {second:?}");
    let told = described(&mut caller);
    assert_eq!(told[0], (shown(&home.data()), 0, first, true));
    assert_eq!(told[1].2, second);
    assert!(broker.stop("TERM").success());
    for directory in [home.data(), home.beside("second")] {
        assert!(directory.join(".kafka_cleanshutdown").exists());
        let points = directory.join("recovery-point-offset-checkpoint");
        let points = std::fs::read_to_string(points).unwrap();
        for partition in held(&directory) {
            assert!(
                points.contains(&format!("{TOPIC} {partition} 2\n")),
                "{points}"
            );
        }
    }
    start(&home).kill();
    let broker = start(&home);
    let mut caller = broker.call();
    for partition in 0..4 {
        assert_eq!(caller.read_all((TOPIC, partition), 0).len(), 2);
    }
    fill(&mut caller, 4);
}

#[test]
fn a_directory_that_is_not_there_at_the_start_takes_only_its_partitions_offline() {
    let home = Home::new();
    let (broker, _) = filled(&home);
    let lost = held(&second(&home));
    assert!(broker.stop("TERM").success());
    std::fs::rename(second(&home), home.beside("away")).unwrap();
    // A file in its place: not even root can make the directory.
    std::fs::write(second(&home), b"").unwrap();
    let broker = start(&home);
    let said = broker.words();
    assert_eq!(said.matches("a log directory failed").count(), 1, "{said}");
    assert!(said.contains(&shown(&second(&home))), "{said}");
    let mut caller = broker.call();
    for (partition, led) in (0..).zip(led(&mut caller)) {
        let produced = caller.try_produce((TOPIC, partition), &batch(&["three"]));
        let fetched = caller.fetch((TOPIC, partition), 0).error;
        if lost.contains(&partition) {
            assert_eq!(led, (LEADER_NOT_AVAILABLE, -1, vec![1]));
            assert_eq!((produced.error, fetched), (STORAGE_ERROR, STORAGE_ERROR));
        } else {
            assert_eq!(led, (0, 1, vec![]));
            assert_eq!((produced.error, produced.offset, fetched), (0, 2, 0));
        }
    }
    let told = described(&mut caller);
    assert_eq!(
        told[1],
        (shown(&second(&home)), STORAGE_ERROR, vec![], false)
    );
    caller.create("new", 3, &[]);
    assert_eq!(caller.produce(("new", 2), &["one"]), 0);
    assert!(broker.stop("TERM").success());
    std::fs::remove_file(second(&home)).unwrap();
    std::fs::rename(home.beside("away"), second(&home)).unwrap();
    let broker = start(&home);
    let mut caller = broker.call();
    assert_eq!(led(&mut caller), vec![(0, 1, vec![]); 4]);
    for (partition, records) in (0..).zip(held_back(&mut caller, &lost)) {
        let next = caller.produce((TOPIC, partition), &["four"]);
        assert_eq!(next, records as i64);
    }
}

#[test]
fn a_directory_that_goes_away_takes_only_its_partitions_offline() {
    let home = Home::new();
    let (broker, mut caller) = filled(&home);
    let lost = held(&second(&home));
    std::fs::rename(second(&home), home.beside("away")).unwrap();
    // The next partition that is made there shows it.
    caller.create("new", 2, &[]);
    until("the directory is offline", || {
        broker.words().contains("a log directory failed")
    });
    until("clients are told", || {
        led(&mut caller)
            .iter()
            .filter(|led| **led == (LEADER_NOT_AVAILABLE, -1, vec![1]))
            .count()
            == 2
    });
    for partition in 0..4 {
        let produced = caller.try_produce((TOPIC, partition), &batch(&["three"]));
        let expected = match lost.contains(&partition) {
            true => STORAGE_ERROR,
            false => 0,
        };
        assert_eq!(produced.error, expected, "{partition}");
    }
    assert!(!second(&home).exists(), "nobody makes it again");
    std::fs::rename(home.beside("away"), second(&home)).unwrap();
    assert!(broker.stop("TERM").success());
    let said = home.words();
    assert_eq!(said.matches("a log directory failed").count(), 1, "{said}");
    let broker = start(&home);
    let mut caller = broker.call();
    held_back(&mut caller, &lost);
    assert_eq!(caller.produce(("new", 0), &["one"]), 0);
    assert_eq!(caller.produce(("new", 1), &["one"]), 0);
}

#[test]
fn a_broker_ends_with_the_directory_of_its_metadata() {
    let home = Home::new();
    let broker = start(&home);
    std::fs::rename(home.data(), home.beside("away")).unwrap();
    let mut caller = broker.call();
    // One of them is made in the directory that is gone.
    caller.ask_to_create(TOPIC, 2);
    assert_eq!(broker.wait().code(), Some(1));
    let said = home.words();
    assert!(said.contains(&shown(&home.data())), "{said}");
}

#[test]
fn a_partition_that_was_moved_by_hand_is_served_where_it_is_found() {
    let home = Home::new();
    let broker = start(&home);
    let mut caller = broker.call();
    caller.create(TOPIC, 2, &[]);
    fill(&mut caller, 2);
    assert!(broker.stop("TERM").success());
    let moved = held(&second(&home))[0];
    let name = format!("{TOPIC}-{moved}");
    std::fs::rename(second(&home).join(&name), home.data().join(&name)).unwrap();
    for _ in 0..2 {
        let broker = start(&home);
        let mut caller = broker.call();
        assert_eq!(caller.read_all((TOPIC, moved), 0).len(), 2);
        assert_eq!(led(&mut caller)[moved as usize], (0, 1, vec![]));
        assert_eq!(described(&mut caller)[0].2, [0, 1]);
        assert!(broker.stop("TERM").success());
    }
    std::fs::create_dir(second(&home).join(&name)).unwrap();
    let broker = start(&home);
    let said = broker.words();
    assert!(said.contains("duplicate log directories"), "{said}");
    let mut caller = broker.call();
    let refused = caller.try_produce((TOPIC, moved), &batch(&["three"]));
    assert_eq!(refused.error, STORAGE_ERROR);
    assert_eq!(caller.produce((TOPIC, 1 - moved), &["three"]), 2);
}

#[test]
fn directories_that_do_not_belong_together_are_refused() {
    let home = Home::new();
    start(&home).kill();
    let (first, second) = (shown(&home.data()), shown(&second(&home)));
    let refused = |setting: &str| {
        let (code, said) = home.refused(&["--listen", "127.0.0.1:0", "--set", setting]);
        assert_eq!(code, Some(1), "{said}");
        said
    };
    // The command line names the first one, too.
    let said = refused(&format!("metadata.log.dir={second}"));
    assert!(said.contains("metadata.log.dir"), "{said}");
    assert!(said.contains(&first), "{said}");
    let said = refused(&format!("metadata.log.dir={}", shown(&home.beside("new"))));
    assert!(said.contains("metadata.log.dir"), "{said}");
    let other = Home::new();
    other.start(&[]).kill();
    let other = shown(&other.data());
    let (code, said) = home.refused(&["--listen", "127.0.0.1:0", "--data-dir", &other]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cluster") && said.contains(&other), "{said}");
}
