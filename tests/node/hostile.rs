//! What strangers send to the port. Whatever it is: the process lives, others are served, the
//! stranger is answered or hung up on, and the log says why in a line.

use corelane::wire::api::{api_versions, metadata};
use corelane::wire::{ApiKey, Text};

use crate::broker::{Broker, Home, until};
use crate::caller::{Caller, frame};
use crate::desk::{BY_NAME, batch, fetching, produce_to};

const TOPIC: &str = "lane";

pub fn versions_request() -> api_versions::Request<'static> {
    api_versions::Request {
        client_software_name: Text::from("node-test"),
        client_software_version: Text::from("1"),
        ..Default::default()
    }
}

/// Somebody who was connected before, and is served as if nothing had happened.
fn assert_served(other: &mut Caller) {
    let answer = other.ask(&versions_request(), 3);
    assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 0);
}

/// The log has a line with these words, soon.
fn assert_said(broker: &Broker, words: &str) {
    until(words, || broker.words().contains(words));
    assert!(!broker.words().contains("panicked"), "{}", broker.words());
}

/// Sends bytes, is hung up on, and finds `words` in the log.
fn hangs_up(broker: &Broker, bytes: &[u8], words: &str) {
    let mut other = broker.call();
    let mut stranger = broker.call();
    stranger.send_bytes(bytes);
    assert!(stranger.is_hung_up(), "after {words}");
    assert_said(broker, words);
    assert_served(&mut other);
}

/// A frame of an API version and whatever follows.
fn raw(key: i16, version: i16, rest: &[u8]) -> Vec<u8> {
    let body = [&key.to_be_bytes(), &version.to_be_bytes(), rest].concat();
    [&(body.len() as i32).to_be_bytes()[..], &body].concat()
}

/// Correlation id 7, a null client id, no tags.
const REST_OF_HEADER: [u8; 7] = [0, 0, 0, 7, 0xff, 0xff, 0];

#[test]
fn sizes_that_no_request_has_end_the_connection() {
    let home = Home::new();
    let broker = home.start(&[]);
    let huge = 0x7fff_ffffi32.to_be_bytes();
    hangs_up(&broker, &huge, "a frame of 2147483647 bytes, more than");
    hangs_up(&broker, &(-1i32).to_be_bytes(), "a frame of -1 bytes");
    hangs_up(&broker, &[0; 4], "a frame of 0 bytes, fewer than");
    let three = [0, 0, 0, 3, 1, 2, 3];
    hangs_up(&broker, &three, "a frame of 3 bytes, fewer than");
    let limit = 100 * 1024 * 1024 + 1i32;
    let words = "a frame of 104857601 bytes, more than the 104857600";
    hangs_up(&broker, &limit.to_be_bytes(), words);
}

#[test]
fn other_protocols_are_named_with_what_to_do() {
    let home = Home::new();
    let broker = home.start(&[]);
    let hello = [&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01][..], &[7; 512]].concat();
    hangs_up(&broker, &hello, "security.protocol=PLAINTEXT");
    hangs_up(
        &broker,
        b"GET /metrics HTTP/1.1\r\n\r\n",
        "looks like an HTTP request",
    );
    hangs_up(
        &broker,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        "looks like an SSH client",
    );
}

#[test]
fn apis_and_versions_that_are_not_served_end_the_connection() {
    let home = Home::new();
    let broker = home.start(&[]);
    hangs_up(
        &broker,
        &raw(999, 0, &REST_OF_HEADER),
        "API key 999 is not served",
    );
    let metadata = ApiKey::Metadata.number();
    hangs_up(
        &broker,
        &raw(metadata, -1, &REST_OF_HEADER),
        "api key 3 version -1",
    );
    let next = ApiKey::Metadata.known().end() + 1;
    let words = format!("api key 3 version {next}");
    hangs_up(&broker, &raw(metadata, next, &REST_OF_HEADER), &words);
    for (name, key) in [("Vote", 52), ("AlterPartition", 56), ("FetchSnapshot", 59)] {
        let words = format!("API key {key} is not served");
        hangs_up(&broker, &raw(key, 0, &REST_OF_HEADER), &words);
        assert!(broker.words().contains(&words), "{name}");
    }
}

#[test]
fn a_negative_version_of_api_versions_is_answered_like_one_of_the_future() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.send_bytes(&raw(ApiKey::ApiVersions.number(), -1, &REST_OF_HEADER[..6]));
    let answer = caller.receive_oldest(Caller::ticket(ApiKey::ApiVersions, -1, 7));
    assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 35);
    assert_served(&mut caller);
}

#[test]
fn a_request_cut_at_any_byte_is_told_once_and_hurts_nobody() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut other = broker.call();
    other.create(TOPIC, 1, &[]);
    let whole = frame(&fetching((TOPIC, 0), 0), BY_NAME, 1);
    for cut in 0..whole.len() {
        broker.call().send_bytes(&whole[..cut]);
        assert_served(&mut other);
    }
    assert_said(&broker, "closed the connection within a request");
    assert_said(&broker, "more lines about connections");
    let lines = broker.words().lines().count();
    assert!(
        lines < whole.len(),
        "{lines} lines for {} cuts",
        whole.len()
    );
}

#[test]
fn bytes_after_the_body_are_passed_over_as_kafka_does() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let mut request = frame(&metadata::Request::default(), 9, 1);
    request.extend([0xab; 100]);
    let size = request.len() as i32 - 4;
    request[..4].copy_from_slice(&size.to_be_bytes());
    caller.send_bytes(&request);
    let answer = caller.receive(Caller::ticket(ApiKey::Metadata, 9, 1));
    assert_eq!(answer.body::<metadata::Response<'_>>().brokers.len(), 1);
    assert_served(&mut caller);
}

/// An ApiVersions request of version 0 from a client of this name.
fn named(length: i16, name: &[u8]) -> Vec<u8> {
    let rest = [&7i32.to_be_bytes()[..], &length.to_be_bytes(), name].concat();
    raw(ApiKey::ApiVersions.number(), 0, &rest)
}

#[test]
fn client_ids_may_be_null_or_long() {
    let home = Home::new();
    let broker = home.start(&[]);
    for (length, name) in [(-1, vec![]), (0, vec![]), (i16::MAX, vec![b'x'; 32_767])] {
        let mut caller = broker.call();
        caller.send_bytes(&named(length, &name));
        let answer = caller.receive(Caller::ticket(ApiKey::ApiVersions, 0, 7));
        assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 0);
    }
    // 32 KiB are one byte more than a length of 16 bits can say.
    hangs_up(
        &broker,
        &named(i16::MIN, &[b'x'; 32_768]),
        "a length or count of -32768",
    );
}

#[test]
fn a_client_id_that_is_not_text_ends_the_connection_with_a_plain_line() {
    let home = Home::new();
    let broker = home.start(&[]);
    hangs_up(
        &broker,
        &named(3, &[0xff, 0xfe, b'x']),
        "a string that is not UTF-8",
    );
    // A name cannot write lines of its own, nor colour a terminal.
    let name = b"evil\n2026 ERROR \x1b[31mred";
    let whole = named(name.len() as i16, name);
    let mut caller = broker.call();
    caller.send_bytes(&[&whole[..], &[0; 4]].concat());
    let _ = caller.receive(Caller::ticket(ApiKey::ApiVersions, 0, 7));
    assert!(caller.is_hung_up());
    assert_said(&broker, "a frame of 0 bytes");
    let line = broker.words();
    let line = line.lines().find(|line| line.contains("evil")).unwrap();
    assert!(line.contains("fewer than"), "{line}");
    assert!(!line.contains('\u{1b}'), "{line:?}");
}

#[test]
fn a_body_that_lies_ends_the_connection() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut bytes = frame(&fetching((TOPIC, 0), 0), BY_NAME, 1);
    bytes.truncate(bytes.len() - 20);
    let size = bytes.len() as i32 - 4;
    bytes[..4].copy_from_slice(&size.to_be_bytes());
    hangs_up(&broker, &bytes, "elements announced where");
}

#[test]
fn a_request_of_millions_of_small_things_costs_no_gigabytes() {
    let home = Home::new();
    let broker = home.start(&[]);
    let before = broker.resident_bytes();
    let count = 5_000_000i32;
    let topics = vec![0; 2 * count as usize];
    let rest = [
        &[0, 0, 0, 7, 0xff, 0xff][..],
        &count.to_be_bytes(),
        &topics,
        &[0],
    ];
    let metadata = raw(ApiKey::Metadata.number(), 4, &rest.concat());
    hangs_up(&broker, &metadata, "more than 262144 array elements");
    let tag = |n: u32| {
        [
            0x80 | n as u8,
            0x80 | (n >> 7) as u8,
            1 + (n >> 14) as u8,
            0,
        ]
    };
    let tags: Vec<u8> = (0..200_000).rev().flat_map(tag).collect();
    // 200,000 as the number of tags behind a null client id.
    let rest = [&[0, 0, 0, 7, 0xff, 0xff, 0xc0, 0x9a, 0x0c][..], &tags].concat();
    let tagged = raw(ApiKey::Metadata.number(), 9, &rest);
    hangs_up(&broker, &tagged, "more than 256 unknown tagged fields");
    let grown = broker.resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes");
}

#[test]
fn an_answer_leaves_before_a_silent_failure_behind_it_closes() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    // In one packet, so that both are done before either is written.
    let first = frame(&versions_request(), 3, 1);
    let lost = batch(&["lost"]);
    let request = corelane::wire::api::produce::Request {
        acks: 0,
        timeout_ms: 1000,
        topic_data: vec![produce_to(("nowhere", 0), &lost)],
        ..Default::default()
    };
    let both = [first, frame(&request, BY_NAME, 2)].concat();
    caller.send_bytes(&both);
    let answer = caller.receive(Caller::ticket(ApiKey::ApiVersions, 3, 1));
    assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 0);
    assert!(caller.is_hung_up());
    assert_said(&broker, "acks=0 failed: nowhere-0");
}
