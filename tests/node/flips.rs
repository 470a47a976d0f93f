//! One bit that flips in a file of a broker that is down. Whatever the file: the broker starts and
//! serves what it acknowledged, or says which file is damaged; no record is served changed, and
//! what is damaged takes nothing else with it.

use std::path::{Path, PathBuf};

use crate::broker::{Broker, Home, until};
use crate::caller::Caller;
use crate::desk::Seen;

const PLACE: (&str, i32) = ("flips", 0);
const OTHER: (&str, i32) = ("other", 0);
const BATCHES: i64 = 25;
const CORRUPT_MESSAGE: i16 = 2;
const KAFKA_STORAGE_ERROR: i16 = 56;

/// The first of three segments, closed.
const CLOSED: &str = "flips-0/00000000000000000000.log";
/// The last of them.
const ACTIVE: &str = "flips-0/00000000000000000200.log";
const INDEX: &str = "flips-0/00000000000000000000.index";
const TIME_INDEX: &str = "flips-0/00000000000000000000.timeindex";
const SNAPSHOT: &str = "flips-0/00000000000000000100.snapshot";
const LAST_SNAPSHOT: &str = "flips-0/00000000000000000250.snapshot";
const METADATA: &str = "__cluster_metadata-0/00000000000000000000.log";

/// What becomes of a flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// All is served; the words name the file.
    Mended,
    /// All is served. Nothing was lost that anyone would miss, or another file holds it too.
    Harmless,
    /// The records of the batch at this offset are refused, those before and behind it served; the
    /// words name the file.
    Refused(i64),
    /// The broker does not start; its words name the file or its directory.
    NoStart,
    /// The partition is refused and the other one served; the words name the file.
    Offline,
}
use Fate::*;

/// What the name of a file begins with, the byte that is hit (counted from the end when negative),
/// the bit of it, and what becomes of it.
type Case = (&'static str, i64, u8, Fate);

/// After a clean stop.
const STOPPED: &[Case] = &[
    // An offset that is none.
    (INDEX, 8, 7, Mended),
    (TIME_INDEX, 0, 7, Mended),
    // Of a closed segment: a checksum, a payload.
    (CLOSED, 17, 6, Refused(0)),
    (CLOSED, 5_000, 3, Refused(0)),
    // Read only where a later one is missing.
    (SNAPSHOT, 4, 2, Harmless),
    (LAST_SNAPSHOT, -1, 2, Mended),
    ("meta.properties", 0, 0, NoStart),
    ("recovery-point-offset-checkpoint", 0, 1, Mended),
    ("log-start-offset-checkpoint", 0, 1, Mended),
    ("cleaner-offset-checkpoint", 0, 1, Mended),
    // Only Kafka reads these.
    ("replication-offset-checkpoint", 0, 1, Harmless),
    (".kafka_cleanshutdown", 8, 2, Harmless),
    (METADATA, 100, 2, NoStart),
];

/// After `kill -9`.
const KILLED: &[Case] = &[
    (CLOSED, 5_000, 3, Refused(0)),
    // Acknowledged, in the active segment: nothing of it is cut.
    (ACTIVE, 5_000, 3, Offline),
    (ACTIVE, 2, 1, Offline),
    // The journal holds it too.
    (METADATA, 100, 2, Harmless),
    // The payload of a frame, and its head.
    ("corelane-journal-", 300, 1, NoStart),
    ("corelane-journal-", 20, 1, NoStart),
];

/// A broker that has written three segments and is told to stop.
fn lived(stop: impl Fn(&Home, Broker)) -> Home {
    let home = Home::new();
    let broker = home.start(&["--shards", "1"]);
    let mut caller = broker.call();
    caller.create("flips", 1, &[("segment.bytes", "1048576")]);
    caller.create("other", 1, &[]);
    for n in 0..BATCHES {
        let values: Vec<String> = (0..10)
            .map(|m| format!("{}:{}", n * 10 + m, "z".repeat(10_000)))
            .collect();
        assert_eq!(caller.produce(PLACE, &values), n * 10);
    }
    caller.produce(OTHER, &["one", "two", "three"]);
    stop(&home, broker);
    home
}

/// The file of the data directory whose name begins so.
fn find(data: &Path, beginning: &str) -> PathBuf {
    let path = data.join(beginning);
    let (directory, name) = (path.parent().unwrap(), path.file_name().unwrap());
    let name = name.to_str().unwrap();
    let begins = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with(name)
    };
    let entries = std::fs::read_dir(directory).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(begins)
        .collect();
    found.sort();
    found
        .first()
        .cloned()
        .unwrap_or_else(|| panic!("{path:?} is there"))
}

fn flip(file: &Path, at: i64, bit: u8) {
    let mut bytes = std::fs::read(file).unwrap();
    let at = if at < 0 { bytes.len() as i64 + at } else { at };
    bytes[usize::try_from(at).unwrap()] ^= 1 << bit;
    std::fs::write(file, bytes).unwrap();
}

/// Every record says at which offset it must be.
fn assert_own(records: &[Seen]) {
    for record in records {
        let named = record.value.split(':').next().unwrap();
        assert_eq!(named, record.offset.to_string());
    }
}

/// From the beginning, and from places between, where indexes are asked.
fn assert_all(caller: &mut Caller) {
    for offset in (0..BATCHES * 10).rev().step_by(7) {
        let fetched = caller.fetch(PLACE, offset);
        let mut wanted = fetched
            .records
            .iter()
            .filter(|record| record.offset >= offset);
        assert_eq!(wanted.next().map(|record| record.offset), Some(offset));
        assert_own(&fetched.records);
    }
    let all = caller.read_all(PLACE, 0);
    assert_eq!(all.len() as i64, BATCHES * 10);
    assert_own(&all);
    assert_eq!(caller.offset_at(PLACE, 1), (0, 0));
}

fn assert_refused(caller: &mut Caller, at: i64) {
    for offset in [at, at + 9] {
        let fetched = caller.fetch(PLACE, offset);
        assert_eq!((fetched.error, fetched.records.len()), (CORRUPT_MESSAGE, 0));
    }
    for (from, to) in [(0, at), (at + 10, BATCHES * 10)] {
        let mut seen = from;
        while seen < to {
            let fetched = caller.fetch(PLACE, seen);
            assert_eq!(fetched.error, 0, "from {seen}");
            assert_own(&fetched.records);
            seen = fetched.records.last().unwrap().offset + 1;
        }
        assert_eq!(seen, to, "what is broken is not among it");
    }
}

/// Starts on the damaged directory and looks.
fn judge(home: &Home, file: &Path, fate: Fate) {
    let named = file.file_name().unwrap().to_str().unwrap();
    let directory = file.parent().unwrap().to_str().unwrap();
    if fate == NoStart {
        let (code, said) = home.refused(&["--listen", "127.0.0.1:0"]);
        assert_eq!(code, Some(1), "{said}");
        return assert!(said.contains(directory), "{directory} in {said}");
    }
    // The least memory for newest bytes, so that reads come from files.
    let tail = "corelane.memory.tail.bytes=1048576";
    let scrub = "corelane.scrub.bytes.per.second=1000000000";
    let broker = home.start(&["--set", tail, "--set", scrub]);
    let mut caller = broker.call();
    assert_eq!(caller.read_all(OTHER, 0).len(), 3);
    match fate {
        Mended | Harmless => assert_all(&mut caller),
        Refused(at) => {
            until("it is told", || broker.words().contains(named));
            assert_refused(&mut caller, at);
        }
        Offline => assert_eq!(caller.fetch(PLACE, 0).error, KAFKA_STORAGE_ERROR),
        NoStart => unreachable!("it did not start"),
    }
    caller.produce(OTHER, &["four"]);
    let said = broker.words();
    assert!(
        fate == Harmless || said.contains(named),
        "{named} in {said}"
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Judges all cases, and names those that are not as they should be.
fn assert_fates(lived: &Home, cases: &[Case]) {
    let mut wrong = Vec::new();
    for case @ (beginning, at, bit, fate) in cases {
        let home = Home::new();
        copy(&lived.data(), &home.data());
        let file = find(&home.data(), beginning);
        flip(&file, *at, *bit);
        let judged = std::panic::catch_unwind(|| judge(&home, &file, *fate));
        if judged.is_err() {
            eprintln!("that was {case:?}");
            wrong.push(case);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_bit_that_flips_while_the_broker_is_stopped_is_mended_refused_or_needless() {
    let lived = lived(|_, broker| assert!(broker.stop("TERM").success()));
    assert_fates(&lived, STOPPED);
}

#[test]
fn a_bit_that_flips_after_kill_9_is_mended_refused_or_needless() {
    let lived = lived(|home, broker| {
        until("all is in the checkpoints", || {
            let holds = |name: &str, line: &str| {
                let text = std::fs::read_to_string(home.data().join(name));
                text.is_ok_and(|text| text.contains(line))
            };
            let is_closed = holds("recovery-point-offset-checkpoint", "flips 0 200");
            is_closed && holds("replication-offset-checkpoint", "flips 0 250")
        });
        broker.kill();
    });
    assert_fates(&lived, KILLED);
}
