//! `kill -9`, at any moment.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::broker::{Home, until};
use crate::caller::{Caller, Ticket};
use crate::desk::{batch, produced};

const PARTITIONS: i32 = 4;
const TOPIC: &str = "ledger";

/// Requests that one producer has in flight.
const IN_FLIGHT: usize = 5;

/// Acknowledged values by partition and offset.
type Acked = Arc<Mutex<BTreeMap<(i32, i64), String>>>;

/// Produces to all partitions in turn until the broker is gone, and notes what was acknowledged.
fn produce_until_it_dies(address: SocketAddr, name: String, acked: &Acked) {
    let mut caller = Caller::connect(address);
    let mut waiting: VecDeque<(Ticket, i32, Vec<String>)> = VecDeque::new();
    for round in 0.. {
        let partition = round % PARTITIONS;
        let values: Vec<String> = (0..=round % 7)
            .map(|n| format!("{name}:{round}:{n}:{}", "x".repeat(n as usize * 300)))
            .collect();
        let ticket = caller.send_batch((TOPIC, partition), &batch(&values), -1);
        waiting.push_back((ticket, partition, values));
        if waiting.len() < IN_FLIGHT {
            continue;
        }
        let (ticket, partition, values) = waiting.pop_front().unwrap();
        let Ok(answer) = caller.try_receive(ticket) else {
            return;
        };
        let produced = produced(&answer);
        assert_eq!(produced.error, 0, "{produced:?}");
        let mut acked = acked.lock().unwrap();
        for (at, value) in values.into_iter().enumerate() {
            let before = acked.insert((partition, produced.offset + at as i64), value);
            assert!(before.is_none(), "one offset, two records: {before:?}");
        }
    }
}

/// A moment that no run shares with another.
fn a_while() -> Duration {
    let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Duration::from_millis(100 + u64::from(nanos.subsec_micros()) % 700)
}

/// Every acknowledged record is at its offset, every offset has one record, no record is there
/// twice.
fn check(caller: &mut Caller, acked: &Acked) {
    let acked = acked.lock().unwrap();
    let mut values = BTreeSet::new();
    for partition in 0..PARTITIONS {
        let found = caller.read_all((TOPIC, partition), 0);
        for (offset, record) in found.iter().enumerate() {
            assert_eq!(record.offset, offset as i64, "no gaps in {partition}");
            let new = values.insert(record.value.clone());
            assert!(new, "{} is there twice", record.value);
        }
        let of_this = acked
            .iter()
            .filter(|((in_partition, _), _)| *in_partition == partition);
        for ((_, offset), value) in of_this {
            let there = found.get(*offset as usize).map(|record| &record.value);
            assert_eq!(there, Some(value), "{partition} at {offset}");
        }
    }
}

#[test]
fn acknowledged_records_survive_kill_9_once_and_at_their_offsets() {
    let home = Home::new();
    let acked = Acked::default();
    for (run, shards) in ["2", "2", "1", "2"].into_iter().enumerate() {
        let broker = home.start(&["--shards", shards]);
        if run == 0 {
            broker.call().create(TOPIC, PARTITIONS, &[]);
        }
        check(&mut broker.call(), &acked);
        let before = acked.lock().unwrap().len();
        let address = broker.address;
        let producers: Vec<_> = (0..3)
            .map(|producer| {
                let (name, acked) = (format!("{run}:{producer}"), acked.clone());
                thread::spawn(move || produce_until_it_dies(address, name, &acked))
            })
            .collect();
        until("something is acknowledged", || {
            acked.lock().unwrap().len() > before
        });
        thread::sleep(a_while());
        broker.kill();
        for producer in producers {
            producer.join().expect("a producer");
        }
    }
    check(&mut home.start(&[]).call(), &acked);
}

#[test]
fn a_broker_killed_while_idle_starts_again_without_a_cut() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, PARTITIONS, &[]);
    caller.produce((TOPIC, 1), &["one", "two"]);
    broker.kill();
    let broker = home.start(&[]);
    let values = broker.call().read_all((TOPIC, 1), 0);
    assert_eq!(values.len(), 2);
    assert!(!home.words().contains("cut"), "{}", home.words());
}

#[test]
fn a_client_that_hangs_up_leaves_no_topic_half_made() {
    let home = Home::new();
    let broker = home.start(&[]);
    let topic = |n: usize| format!("fleeting-{n}");
    for n in 0..20 {
        let mut caller = broker.call();
        caller.ask_to_create(&topic(n), 3);
        // Once at once, once in the middle of it.
        thread::sleep(Duration::from_micros(n as u64 % 5 * 400));
        caller.reset();
    }
    let mut caller = broker.call();
    for n in 0..20 {
        let code = caller.try_create(&topic(n), 3);
        assert!(
            code == 0 || code == 36,
            "{} is there or not: {code}",
            topic(n)
        );
        for partition in 0..3 {
            assert_eq!(caller.produce((&topic(n), partition), &["first"]), 0);
        }
    }
    broker.kill();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    for n in 0..20 {
        for partition in 0..3 {
            assert_eq!(caller.produce((&topic(n), partition), &["second"]), 1);
        }
    }
}
