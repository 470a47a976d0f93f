//! Clients that send slowly, or do not read what they asked for.

use std::thread;
use std::time::Duration;

use corelane::wire::ApiKey;
use corelane::wire::api::{api_versions, metadata};

use crate::broker::Home;
use crate::caller::{Caller, frame};
use crate::desk::{BY_NAME, batch, fetching, produced};
use crate::hostile::versions_request;

const TOPIC: &str = "lane";
const MIB: usize = 1 << 20;

/// Sends a byte, waits, sends the next; stops where the broker hangs up.
fn drip(caller: &mut Caller, bytes: &[u8], pause: Duration) {
    for byte in bytes {
        caller.send_bytes(&[*byte]);
        thread::sleep(pause);
    }
}

#[test]
fn a_slow_request_is_answered_and_one_that_never_ends_is_closed_as_idle() {
    let home = Home::new();
    let broker = home.start(&["--set", "connections.max.idle.ms=4000"]);
    let mut slow = broker.call();
    let request = frame(&versions_request(), 3, 1);
    drip(&mut slow, &request, Duration::from_millis(20));
    let answer = slow.receive(Caller::ticket(ApiKey::ApiVersions, 3, 1));
    assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 0);
    let mut endless = broker.call();
    let mut writing = endless.share();
    let writer = thread::spawn(move || {
        let head = [&1_000_000i32.to_be_bytes()[..], &[0; 200]].concat();
        drip(&mut writing, &head, Duration::from_millis(50));
    });
    assert!(
        endless.is_hung_up(),
        "it moves, and it does not get anywhere"
    );
    writer.join().unwrap();
    let words = broker.words();
    assert!(words.contains("(connections.max.idle.ms)"), "{words}");
}

#[test]
fn silent_halves_of_large_requests_do_not_keep_others_from_theirs() {
    let home = Home::new();
    let limit = [
        "socket.request.max.bytes=1048576",
        "queued.max.request.bytes=1048576",
    ];
    let staged = "corelane.memory.staged.bytes=1048576";
    let broker = home.start(&[
        "--shards", "1", "--set", limit[0], "--set", limit[1], "--set", staged,
    ]);
    let mut honest = broker.call();
    honest.create(TOPIC, 1, &[]);
    let half = [&1_000_000i32.to_be_bytes()[..], &vec![0; 100_000]].concat();
    let mut silent: Vec<Caller> = (0..5).map(|_| broker.call()).collect();
    silent
        .iter_mut()
        .for_each(|caller| caller.send_bytes(&half));
    assert_eq!(honest.produce((TOPIC, 0), &["x".repeat(20)]), 0);
    let large = batch(&["x".repeat(700_000)]);
    assert_eq!(honest.try_produce((TOPIC, 0), &large).error, 0);
    assert!(silent[0].is_hung_up());
    let words = broker.words();
    assert!(
        words.contains("other connections wait for the memory"),
        "{words}"
    );
}

#[test]
fn two_requests_in_one_packet_and_ten_thousand_in_a_row_are_answered_in_order() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut other = broker.call();
    other.create(TOPIC, 400, &[]);
    let mut caller = broker.call();
    let two = [1, 2].map(|id| frame(&versions_request(), 3, id)).concat();
    caller.send_bytes(&two);
    for id in [1, 2] {
        let _ = caller.receive(Caller::ticket(ApiKey::ApiVersions, 3, id));
    }
    let before = broker.resident_bytes();
    let all_topics = metadata::Request {
        topics: None,
        ..Default::default()
    };
    let requests: Vec<u8> = (0..10_000)
        .flat_map(|id| frame(&all_topics, 9, id))
        .collect();
    let mut writing = caller.share();
    let writer = thread::spawn(move || writing.send_bytes(&requests));
    let mut largest = 0;
    for _ in 0..200 {
        let answer = other.ask(&versions_request(), 3);
        assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 0);
        largest = largest.max(broker.resident_bytes());
    }
    let grown = largest.saturating_sub(before);
    let mut bytes = 0;
    for id in 0..10_000 {
        let answer = caller.receive(Caller::ticket(ApiKey::Metadata, 9, id));
        bytes += answer.len();
    }
    writer.join().unwrap();
    assert!(bytes > 64 * MIB, "{bytes} bytes of answers");
    assert!(
        grown < 32 * MIB,
        "answers that nobody reads hold {grown} bytes"
    );
}

#[test]
fn requests_stay_in_the_socket_of_a_client_that_does_not_read() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut other = broker.call();
    other.create(TOPIC, 100, &[]);
    let mut deaf = broker.call();
    let all_topics = metadata::Request {
        topics: None,
        ..Default::default()
    };
    let one = frame(&all_topics, 9, 1);
    let many = one.repeat(64 * MIB / one.len());
    let before = broker.resident_bytes();
    let taken = deaf.write_until_full(&many, Duration::from_secs(2));
    assert!(
        taken < many.len(),
        "all {taken} bytes of requests were taken"
    );
    let grown = broker.resident_bytes().saturating_sub(before);
    assert!(
        grown < 32 * MIB,
        "a client that does not read holds {grown} bytes"
    );
    assert_eq!(other.produce((TOPIC, 0), &["served"]), 0);
}

#[test]
fn fetches_that_nobody_reads_hold_one_answer_and_not_a_hundred() {
    let home = Home::new();
    let broker = home.start(&["--shards", "1"]);
    let mut other = broker.call();
    other.create(TOPIC, 1, &[]);
    let value = "v".repeat(500_000);
    let mut deaf = broker.call();
    let mut produce = |round| {
        let ticket = other.send_batch((TOPIC, 0), &batch(&[&value]), -1);
        assert_eq!(produced(&other.receive(ticket)).offset, round);
    };
    // The tail is full before the fetches begin.
    (0..200).for_each(&mut produce);
    let before = broker.resident_bytes();
    // Each would be answered with other bytes, which the tail lets go one after the other.
    for round in 200..500 {
        produce(round);
        let _ = deaf.send(&fetching((TOPIC, 0), round), BY_NAME);
    }
    let grown = broker.resident_bytes().saturating_sub(before);
    assert!(
        grown < 64 * MIB,
        "a client that does not read holds {grown} bytes"
    );
}

#[test]
fn queues_and_caches_stay_within_the_memory_that_is_set() {
    let home = Home::new();
    let memory = "corelane.memory.bytes=33554432";
    let broker = home.start(&["--shards", "1", "--set", memory]);
    let mut writer = broker.call();
    writer.create(TOPIC, 1, &[]);
    let before = broker.resident_bytes();
    let value = "v".repeat(500_000);
    let mut deaf: Vec<Caller> = (0..10).map(|_| broker.call()).collect();
    for round in 0..150 {
        let ticket = writer.send_batch((TOPIC, 0), &batch(&[&value]), -1);
        assert_eq!(produced(&writer.receive(ticket)).offset, round);
        for caller in &mut deaf {
            let _ = caller.send(&fetching((TOPIC, 0), round), BY_NAME);
        }
    }
    // Newest bytes, unsent answers and requests, with what the allocator keeps beside them.
    let grown = broker.resident_bytes().saturating_sub(before);
    assert!(grown < 48 * MIB, "{grown} bytes");
    assert_eq!(writer.produce((TOPIC, 0), &["served"]), 150);
}

#[test]
fn a_client_that_never_reads_is_closed_as_idle() {
    let home = Home::new();
    let broker = home.start(&["--set", "connections.max.idle.ms=3000"]);
    let mut other = broker.call();
    other.create(TOPIC, 100, &[]);
    let mut deaf = broker.call();
    let all_topics = metadata::Request {
        topics: None,
        ..Default::default()
    };
    let many = frame(&all_topics, 9, 1).repeat(20_000);
    deaf.write_until_full(&many, Duration::from_secs(1));
    crate::broker::until("the log says so", || {
        broker.words().contains("the client has read nothing for")
    });
}
