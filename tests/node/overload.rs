//! More than there is memory for: the broker takes no more of it, makes clients wait, and answers
//! every one of them.

use std::thread;
use std::time::Duration;

use corelane::model::{ProducerEpoch, ProducerId, Sequence};
use corelane::records::BatchBuilder;
use corelane::wire::api::{describe_producers, fetch};

use crate::broker::{Broker, Home, until};
use crate::caller::{Answer, Caller, Ticket};
use crate::desk::{BY_NAME, batch, fetching, now, produced, push};

const TOPIC: &str = "load";
const MIB: usize = 1 << 20;

/// A broker of one shard with so much memory, and its topic.
fn start(home: &Home, memory: usize, partitions: i32) -> (Broker, Caller) {
    let memory = format!("corelane.memory.bytes={memory}");
    let broker = home.start(&["--shards", "1", "--set", &memory]);
    let mut caller = broker.call();
    caller.create(TOPIC, partitions, &[]);
    (broker, caller)
}

/// Produces all the time on so many connections, each with ten requests under way. Gives the
/// memory that the broker had at most; every request is answered, and none refused.
fn press(broker: &Broker, connections: usize, requests: usize) -> usize {
    let value = batch(&["v".repeat(200_000)]);
    let mut largest = 0;
    thread::scope(|scope| {
        let pressing: Vec<_> = (0..connections)
            .map(|number| {
                let (mut caller, value) = (broker.call(), &value);
                scope.spawn(move || {
                    let place = (TOPIC, (number % 4) as i32);
                    for _ in 0..requests / 10 {
                        let tickets: Vec<Ticket> = (0..10)
                            .map(|_| caller.send_batch(place, value, -1))
                            .collect();
                        for ticket in tickets {
                            assert_eq!(produced(&caller.receive(ticket)).error, 0);
                        }
                    }
                })
            })
            .collect();
        while !pressing.iter().all(|one| one.is_finished()) {
            largest = largest.max(broker.resident_bytes());
            thread::sleep(Duration::from_millis(20));
        }
    });
    largest
}

#[test]
fn ten_times_the_load_stays_within_the_memory_that_is_set() {
    let home = Home::new();
    let (broker, mut caller) = start(&home, 64 * MIB, 4);
    let idle = broker.resident_bytes();
    let once = press(&broker, 4, 200);
    let ten_times = press(&broker, 40, 50);
    // What the allocator has beside it is no part of what is set.
    let most = idle + (64 + 16) * MIB;
    assert!(
        once.max(ten_times) < most,
        "{idle} bytes at rest, {once} under load, {ten_times} with ten times the load"
    );
    let end: i64 = (0..4)
        .map(|partition| caller.offset_at((TOPIC, partition), -1).1)
        .sum();
    assert_eq!(end, 4 * 200 + 40 * 50);
}

#[test]
fn producers_beyond_the_memory_for_them_are_forgotten_and_write_on() {
    // A shard's 1/32 knows 4,096 of them.
    let home = Home::new();
    let (broker, mut caller) = start(&home, 32 * MIB, 2);
    let once = |id: i64, sequence: i32| {
        let producer = (ProducerId(id), ProducerEpoch(0), Sequence(sequence));
        let mut builder = BatchBuilder::new().producer(producer.0, producer.1, producer.2);
        push(&mut builder, b"value", now());
        builder.finish()
    };
    for round in 0..60 {
        let tickets: Vec<Ticket> = (0..100)
            .map(|n| {
                let id = 1000 + round * 100 + n;
                caller.send_batch((TOPIC, (id % 2) as i32), &once(id, 0), -1)
            })
            .collect();
        for ticket in tickets {
            assert_eq!(produced(&caller.receive(ticket)).error, 0);
        }
    }
    let request = describe_producers::Request {
        topics: vec![describe_producers::TopicRequest {
            name: TOPIC.into(),
            partition_indexes: vec![0, 1],
            ..Default::default()
        }],
        ..Default::default()
    };
    until("the broker has forgotten some", || {
        let answer = caller.ask(&request, 0);
        let body: describe_producers::Response<'_> = answer.body();
        let partitions = body.topics[0].partitions.iter();
        let known: usize = partitions.map(|one| one.active_producers.len()).sum();
        known <= 4096
    });
    let words = broker.words();
    assert!(words.contains("raise corelane.memory.bytes"), "{words}");
    // The last one is known: it is told that this batch came before.
    let last = caller.try_produce((TOPIC, 1), &once(6999, 0));
    assert_eq!((last.error, last.offset), (0, 2999));
    // The first one is not, and may go on.
    let first = caller.try_produce((TOPIC, 0), &once(1000, 1));
    assert_eq!((first.error, first.offset), (0, 3000));
}

/// A fetch of the first `count` partitions without a session, for a client that would wait long.
fn patient<'a>(count: i32) -> fetch::Request<'a> {
    let mut request = fetching((TOPIC, 0), 0);
    (request.max_wait_ms, request.min_bytes) = (120_000, 1);
    request.session_epoch = -1;
    let one = request.topics[0].partitions[0].clone();
    request.topics[0].partitions = (0..count)
        .map(|partition| fetch::FetchPartition {
            partition,
            ..one.clone()
        })
        .collect();
    request
}

#[test]
fn fetches_beyond_the_memory_to_wait_are_answered_soon_and_small_ones_wait() {
    // Of a shard's 1/32, two fetches of 1,000 partitions take all but a little.
    let home = Home::new();
    let (broker, mut caller) = start(&home, 32 * MIB, 1000);
    let before = broker.resident_bytes();
    let mut waiting: Vec<(Caller, Ticket)> = (0..30)
        .map(|_| {
            let mut one = broker.call();
            let ticket = one.send(&patient(1000), BY_NAME);
            (one, ticket)
        })
        .collect();
    let mut small = broker.call();
    let small_ticket = small.send(&patient(1), BY_NAME);
    let records = |answer: &Answer| {
        let body: fetch::Response<'_> = answer.body();
        let partitions = body.responses.iter().flat_map(|topic| &topic.partitions);
        let bytes = partitions.map(|one| one.records.map_or(0, |records| records.slice().len()));
        bytes.sum::<usize>()
    };
    let late = waiting.split_off(2);
    for (mut caller, ticket) in late {
        assert_eq!(records(&caller.receive(ticket)), 0);
    }
    let grown = broker.resident_bytes().saturating_sub(before);
    assert!(grown < 24 * MIB, "{grown} bytes");
    assert_eq!(caller.produce((TOPIC, 0), &["news"]), 0);
    waiting.push((small, small_ticket));
    for (mut caller, ticket) in waiting {
        assert!(records(&caller.receive(ticket)) > 0);
    }
}
