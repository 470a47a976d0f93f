//! Compacted topics: of every key the last value stays, whatever happens to the process.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use corelane::model::{ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{BatchBuilder, Batches, NewRecord};
use corelane::wire::api::fetch;

use crate::broker::{Broker, Home, until};
use crate::caller::Caller;
use crate::desk::{BY_NAME, EARLIEST, LATEST, fetching, now, produced};
use crate::idempotence::new_producer;

const TOPIC: &str = "state";
const PLACE: (&str, i32) = (TOPIC, 0);

/// Looks for something to clean all the time.
const EAGER: [&str; 2] = ["--set", "log.cleaner.backoff.ms=20"];

const COMPACT: (&str, &str) = ("cleanup.policy", "compact");
const RATIO: (&str, &str) = ("min.cleanable.dirty.ratio", "0.01");
const SHORT: (&str, &str) = ("segment.ms", "1000");
const NO_DELAY: (&str, &str) = ("file.delete.delay.ms", "0");

/// A key and its value; none deletes the key.
type Pair = (String, Option<String>);

/// What an idempotent producer was told of its records.
struct Ledger {
    producer: i64,
    acked: BTreeMap<i64, Pair>,
    dice: fastrand::Rng,
    /// The records' clock, which runs faster than ours so that segments close.
    clock: i64,
}

impl Ledger {
    fn begin(caller: &mut Caller) -> Ledger {
        Ledger {
            producer: new_producer(caller),
            acked: BTreeMap::new(),
            dice: fastrand::Rng::with_seed(5),
            clock: now() - 3_600_000,
        }
    }

    fn end(&self) -> i64 {
        self.acked.last_key_value().map_or(0, |(last, _)| last + 1)
    }

    fn sketch(&mut self) -> Vec<Pair> {
        let dice = &mut self.dice;
        let keys = 0..dice.usize(1..20);
        keys.map(|n| {
            let key = format!("key-{}", dice.usize(0..60));
            let value = format!("{n}:{}", "v".repeat(dice.usize(0..900)));
            (key, (dice.usize(0..10) < 7).then_some(value))
        })
        .collect()
    }

    fn encode(&mut self, pairs: &[Pair]) -> Vec<u8> {
        let (producer, epoch) = (ProducerId(self.producer), ProducerEpoch(0));
        let sequence = Sequence(self.end() as i32);
        let mut builder = BatchBuilder::new().producer(producer, epoch, sequence);
        for (key, value) in pairs {
            let record = NewRecord {
                key: Some(key.as_bytes()),
                value: value.as_ref().map(|value| value.as_bytes()),
                ..NewRecord::default()
            };
            builder.push(Timestamp(self.clock), &record);
        }
        builder.finish()
    }

    /// Writes one batch; `None` when the broker is gone before it answers.
    fn try_write(&mut self, caller: &mut Caller, pairs: &[Pair]) -> Option<()> {
        let bytes = self.encode(pairs);
        let ticket = caller.send_batch(PLACE, &bytes, -1);
        let produced = produced(&caller.try_receive(ticket).ok()?);
        assert_eq!(
            (produced.error, produced.offset),
            (0, self.end()),
            "{produced:?}"
        );
        let end = self.end();
        self.acked.extend((end..).zip(pairs.iter().cloned()));
        self.clock += 100;
        Some(())
    }

    fn write(&mut self, caller: &mut Caller, batches: usize) {
        for _ in 0..batches {
            let pairs = self.sketch();
            self.try_write(caller, &pairs).expect("the broker answers");
        }
    }

    /// The last value of every key that has one.
    fn values(&self) -> BTreeMap<String, String> {
        values(&self.acked)
    }

    /// Everything that is shown was written where it is shown, and no value is missing.
    fn check(&self, shown: &BTreeMap<i64, Pair>) {
        for (offset, pair) in shown {
            assert_eq!(self.acked.get(offset), Some(pair), "at {offset}");
        }
        assert_eq!(values(shown), self.values());
    }
}

fn values(pairs: &BTreeMap<i64, Pair>) -> BTreeMap<String, String> {
    let last: BTreeMap<_, _> = pairs.values().cloned().collect();
    let known = last
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    known.collect()
}

/// All records of the partition from its start on.
fn read(caller: &mut Caller) -> BTreeMap<i64, Pair> {
    let (mut pairs, mut position) = (BTreeMap::new(), caller.offset_at(PLACE, EARLIEST).1);
    let end = caller.offset_at(PLACE, LATEST).1;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    while position < end {
        let answer = caller.ask(&fetching(PLACE, position), BY_NAME);
        let body: fetch::Response<'_> = answer.body();
        let partition = &body.responses[0].partitions[0];
        assert_eq!(partition.error_code, 0, "from {position}");
        let before = position;
        for batch in Batches::new(partition.records.unwrap().slice()).map_while(Result::ok) {
            assert!(batch.crc_is_valid());
            for record in batch.records().map(|record| record.expect("whole")) {
                let offset = batch.offset_of(record.offset_delta).0;
                let key = text(record.key.expect("a key"));
                pairs.insert(offset, (key, record.value.map(text)));
            }
            position = position.max(batch.last_offset().0 + 1);
        }
        assert!(position > before, "nothing at {position} of {end}");
    }
    pairs
}

/// Names of files in the partition's directory that end so.
fn files(home: &Home, suffix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(home.data().join("state-0")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(suffix)).collect();
    names.sort_unstable();
    names
}

/// Waits until no key has two records before the last segment.
fn await_clean(home: &Home, caller: &mut Caller) -> BTreeMap<i64, Pair> {
    let mut shown = BTreeMap::new();
    until("the log is clean", || {
        let active = files(home, ".log").pop().expect("a segment");
        let active: i64 = active.trim_end_matches(".log").parse().unwrap();
        shown = read(caller);
        let mut keys: Vec<&String> = shown.range(..active).map(|(_, pair)| &pair.0).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        keys.len() == all && active > 0
    });
    shown
}

fn start(home: &Home) -> Broker {
    home.start(&EAGER)
}

#[test]
fn last_value_of_every_key_is_left_and_the_files_stay_readable() {
    let home = Home::new();
    let broker = start(&home);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[COMPACT, RATIO, SHORT, NO_DELAY]);
    let mut ledger = Ledger::begin(&mut caller);
    ledger.write(&mut caller, 200);
    let shown = await_clean(&home, &mut caller);
    ledger.check(&shown);
    assert!(
        shown.len() * 4 < ledger.acked.len(),
        "{} are left",
        shown.len()
    );
    for offset in [1, 7, 500, ledger.end() - 1] {
        let fetched = caller.fetch(PLACE, offset);
        assert_eq!(
            fetched.error, 0,
            "an offset without a record can be asked for"
        );
    }
    until("the checkpoint tells how far it came", || {
        checkpoint(&home.data()) > 0
    });
    assert!(broker.stop("TERM").success());
    assert_eq!(files(&home, ".cleaned"), [""; 0]);
    assert_eq!(files(&home, ".swap"), [""; 0]);
    dump(&home);
    let broker = start(&home);
    let mut caller = broker.call();
    ledger.check(&read(&mut caller));
    ledger.write(&mut caller, 3);
    ledger.check(&read(&mut caller));
}

/// The offset in `cleaner-offset-checkpoint`, 0 where there is none yet.
fn checkpoint(data: &Path) -> i64 {
    let text = std::fs::read_to_string(data.join("cleaner-offset-checkpoint"));
    let text = text.unwrap_or_default();
    let offset = text.lines().find_map(|line| line.strip_prefix("state 0 "));
    offset.map_or(0, |offset| offset.parse().unwrap())
}

/// Our own reader of log files finds every batch whole.
fn dump(home: &Home) {
    for name in files(home, ".log") {
        let path = home.data().join("state-0").join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_corelane"));
        command
            .args(["dump-log", "--deep-iteration", "--files"])
            .arg(&path);
        let said = command.output().unwrap();
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        assert!(!text.contains("isvalid: false"), "{text}");
    }
}

#[test]
fn kill_9_while_the_log_is_compacted_loses_no_value_and_no_producer() {
    let home = Home::new();
    let mut ledger: Option<Ledger> = None;
    for round in 0..6 {
        let broker = start(&home);
        let mut caller = broker.call();
        let ledger = ledger.get_or_insert_with(|| {
            caller.create(TOPIC, 1, &[COMPACT, RATIO, SHORT, NO_DELAY]);
            Ledger::begin(&mut caller)
        });
        if round > 0 {
            ledger.check(&read(&mut caller));
        }
        let killed = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200 + round * 130));
            broker.kill();
        });
        let pairs = loop {
            let pairs = ledger.sketch();
            if ledger.try_write(&mut caller, &pairs).is_none() {
                break pairs;
            }
        };
        killed.join().unwrap();
        // Whether it was written or not: the producer asks again, and it is there once.
        let broker = start(&home);
        let mut caller = broker.call();
        ledger
            .try_write(&mut caller, &pairs)
            .expect("the broker answers");
        ledger.check(&read(&mut caller));
        broker.kill();
    }
    let broker = start(&home);
    let mut caller = broker.call();
    let mut ledger = ledger.expect("some rounds");
    ledger.write(&mut caller, 20);
    let shown = await_clean(&home, &mut caller);
    ledger.check(&shown);
    drop(broker);
}

#[test]
fn policies_do_what_they_say() {
    let home = Home::new();
    let every = "log.retention.check.interval.ms=50";
    let broker = home.start(&[&EAGER[..], &["--set", every]].concat());
    let mut caller = broker.call();
    let both = [
        ("cleanup.policy", "compact,delete"),
        ("retention.ms", "1"),
        RATIO,
        SHORT,
        NO_DELAY,
    ];
    caller.create(TOPIC, 1, &both);
    let mut ledger = Ledger::begin(&mut caller);
    ledger.write(&mut caller, 40);
    until("old records go although their keys have no others", || {
        caller.offset_at(PLACE, EARLIEST).1 >= ledger.end() - 20
    });
    let shown = read(&mut caller);
    for (offset, pair) in &shown {
        assert_eq!(ledger.acked.get(offset), Some(pair), "at {offset}");
    }
    caller.delete(TOPIC);
    let none = [
        ("cleanup.policy", ""),
        ("retention.ms", "1"),
        RATIO,
        SHORT,
        NO_DELAY,
    ];
    caller.create(TOPIC, 1, &none);
    let mut ledger = Ledger::begin(&mut caller);
    ledger.write(&mut caller, 40);
    thread::sleep(Duration::from_millis(700));
    let shown = read(&mut caller);
    assert_eq!(shown, ledger.acked, "neither age nor key takes anything");
}
