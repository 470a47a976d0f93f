//! What a connection may do, and what ends it.

use corelane::wire::api::{api_versions, list_offsets, metadata};
use corelane::wire::{ApiKey, Text, versions};

use crate::broker::Home;
use crate::caller::{Caller, frame};
use crate::desk::{BY_NAME, batch, fetching, produced};

const TOPIC: &str = "lane";

fn versions_request() -> api_versions::Request<'static> {
    api_versions::Request {
        client_software_name: Text::from("node-test"),
        client_software_version: Text::from("1"),
        ..Default::default()
    }
}

/// The broker answers on a new connection.
fn assert_alive(mut caller: Caller) {
    let answer = caller.ask(&versions_request(), 3);
    let body: api_versions::Response<'_> = answer.body();
    assert_eq!(body.error_code, 0);
}

#[test]
fn answers_come_in_the_order_of_requests_of_different_cost() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 4, &[]);
    let mut slow = fetching((TOPIC, 3), 0);
    (slow.max_wait_ms, slow.min_bytes) = (300, 1);
    for round in 0..8 {
        let partition = round % 3;
        let values = vec!["x".repeat(20_000); 10];
        let write = caller.send_batch((TOPIC, partition), &batch(&values), -1);
        let wait = caller.send(&slow, BY_NAME);
        let cheap = caller.send(&versions_request(), 3);
        let look = caller.send(&metadata::Request::default(), 9);
        let read = caller.send(&fetching((TOPIC, partition), 0), BY_NAME);
        slow.max_wait_ms = 20;
        assert_eq!(produced(&caller.receive(write)).error, 0);
        for ticket in [wait, cheap, look, read] {
            let _ = caller.receive(ticket);
        }
    }
}

#[test]
fn produce_requests_in_flight_get_offsets_in_their_order() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    let tickets: Vec<_> = (0..300)
        .map(|n| caller.send_batch((TOPIC, 0), &batch(&[n.to_string()]), -1))
        .collect();
    for (at, ticket) in tickets.into_iter().enumerate() {
        let produced = produced(&caller.receive(ticket));
        assert_eq!((produced.error, produced.offset), (0, at as i64));
    }
    let values = caller.read_all((TOPIC, 0), 0);
    let expected: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    assert_eq!(
        values.into_iter().map(|r| r.value).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn acks_0_has_no_answer_and_a_failure_hangs_up() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    let _ = caller.send_batch((TOPIC, 0), &batch(&["quiet"]), 0);
    // The next answer is that of the next request.
    assert_eq!(caller.produce((TOPIC, 0), &["loud"]), 1);
    let _ = caller.send_batch(("nowhere", 0), &batch(&["lost"]), 0);
    assert!(caller.is_hung_up());
    assert_eq!(broker.call().read_all((TOPIC, 0), 0).len(), 2);
}

#[test]
fn acks_that_mean_nothing_are_refused() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    let ticket = caller.send_batch((TOPIC, 0), &batch(&["two"]), 2);
    assert_eq!(produced(&caller.receive(ticket)).error, 21);
    assert_eq!(caller.offset_at((TOPIC, 0), -1), (0, 0));
}

#[test]
fn api_versions_of_the_future_are_answered_in_version_0_with_error_35() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let mut request = frame(&versions_request(), 3, 1);
    request[6..8].copy_from_slice(&99i16.to_be_bytes());
    caller.send_bytes(&request);
    let answer = caller.receive_oldest(Caller::ticket(ApiKey::ApiVersions, 99, 1));
    let body: api_versions::Response<'_> = answer.body();
    assert_eq!(body.error_code, 35);
    let row = &body.api_keys[0];
    assert_eq!(
        (body.api_keys.len(), row.api_key, row.min_version),
        (1, 18, 0)
    );
    assert_alive(caller);
}

#[test]
fn every_version_that_is_advertised_is_answered() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    for version in versions::served(ApiKey::ApiVersions).unwrap() {
        let request = match version {
            0..3 => api_versions::Request::default(),
            _ => versions_request(),
        };
        let answer = caller.ask(&request, version);
        let body: api_versions::Response<'_> = answer.body();
        assert!(body.api_keys.iter().any(|row| row.api_key == 0));
    }
    for version in versions::served(ApiKey::Metadata).unwrap() {
        let answer = caller.ask(&metadata::Request::default(), version);
        let body: metadata::Response<'_> = answer.body();
        assert_eq!(body.brokers.len(), 1, "version {version}");
    }
    for version in versions::served(ApiKey::ListOffsets).unwrap() {
        let request = list_offsets::Request {
            replica_id: -1,
            ..Default::default()
        };
        let answer = caller.ask(&request, version);
        let body: list_offsets::Response<'_> = answer.body();
        assert_eq!(body.topics.len(), 0, "version {version}");
    }
}

#[test]
fn a_request_that_nobody_serves_hangs_up() {
    let home = Home::new();
    let broker = home.start(&[]);
    for key in [999i16, -1, i16::MAX] {
        let mut caller = broker.call();
        let mut request = frame(&versions_request(), 3, 1);
        request[4..6].copy_from_slice(&key.to_be_bytes());
        caller.send_bytes(&request);
        assert!(caller.is_hung_up(), "key {key}");
    }
    let mut caller = broker.call();
    let mut request = frame(&metadata::Request::default(), 9, 1);
    request[6..8].copy_from_slice(&99i16.to_be_bytes());
    caller.send_bytes(&request);
    assert!(
        caller.is_hung_up(),
        "a version of Metadata that does not exist"
    );
    assert_alive(broker.call());
}

#[test]
fn frames_that_lie_about_their_size_hang_up() {
    let home = Home::new();
    let broker = home.start(&[]);
    for size in [-1i32, i32::MIN, i32::MAX, 0, 3] {
        let mut caller = broker.call();
        caller.send_bytes(&size.to_be_bytes());
        caller.send_bytes(&[0; 16]);
        assert!(caller.is_hung_up(), "size {size}");
    }
    assert_alive(broker.call());
}

#[test]
fn requests_cut_at_any_byte_leave_the_broker_alive() {
    let home = Home::new();
    let broker = home.start(&[]);
    broker.call().create(TOPIC, 1, &[]);
    let whole = frame(&versions_request(), 3, 1);
    let fetch = frame(&fetching((TOPIC, 0), 0), BY_NAME, 1);
    for request in [&whole, &fetch] {
        for cut in 0..request.len() {
            broker.call().send_bytes(&request[..cut]);
            // The same bytes as a whole frame: the body ends too early.
            if cut >= 12 {
                let mut short = request[..cut].to_vec();
                short[..4].copy_from_slice(&(cut as u32 - 4).to_be_bytes());
                broker.call().send_bytes(&short);
            }
        }
    }
    assert_alive(broker.call());
    assert_eq!(broker.call().produce((TOPIC, 0), &["still here"]), 0);
}
