//! What a connection may do, and what ends it.

use corelane::wire::ApiKey;
use corelane::wire::api::{api_versions, metadata};

use crate::broker::Home;
use crate::caller::{Caller, frame};
use crate::desk::{BY_NAME, batch, fetching, produced};
use crate::hostile::versions_request;

const TOPIC: &str = "lane";

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
