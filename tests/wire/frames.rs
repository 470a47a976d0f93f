//! Whole frames: length, header and body, taken apart and put together again.

use bytes::BytesMut;
use corelane::wire::api::{api_versions, fetch, produce};
use corelane::wire::{ApiKey, Cursor, Deframer, Incoming, Message, Output, PREFIX_SIZE};
use corelane::wire::{ResponseHeader, Writer, answer, ask};
use serde_json::Value;

use crate::bodies::{Body, key_of};
use crate::vectors::{Kind, Vector, compare, of_kind};

const SIZE_MAX: usize = 1 << 20;

/// Takes the frame apart, compares header and body, and writes both back.
fn check(vector: &Vector) {
    let key = key_of(vector).unwrap();
    let (kind, version) = (vector.text("kind"), vector.number("version"));
    let mut arrived = BytesMut::from(&vector.bytes[..]);
    let deframer = match kind {
        "request" => Deframer::of_requests(SIZE_MAX),
        _ => Deframer::of_responses(SIZE_MAX),
    };
    let frame = deframer.next(&mut arrived).unwrap().unwrap();
    assert!(arrived.is_empty(), "{}", vector.place());
    let mut writer = Writer::default();
    let (header, mut cursor) = match kind {
        "request" => {
            let incoming = Incoming::parse(&frame).unwrap();
            assert_eq!((incoming.key, incoming.version()), (key, version));
            incoming
                .header
                .encode(&mut writer, key.request_header_version(version))
                .unwrap();
            (
                serde_json::to_value(incoming.header).unwrap(),
                incoming.body,
            )
        }
        _ => {
            let mut cursor = Cursor::new(&frame);
            let header_version = key.response_header_version(version);
            let header = ResponseHeader::decode(&mut cursor, header_version).unwrap();
            header.encode(&mut writer, header_version).unwrap();
            (serde_json::to_value(header).unwrap(), cursor)
        }
    };
    let body = Body::decode(key, kind, &mut cursor, version).unwrap();
    let ours = serde_json::to_value(&body).unwrap();
    let default = serde_json::to_value(Body::default_of(key, kind)).unwrap();
    let parts = [("header", &header, &Value::Null), ("body", &ours, &default)];
    for (name, ours, default) in parts {
        let same = compare(ours, &vector.json()[name], default);
        assert_eq!(same, Ok(()), "{} {name}", vector.place());
    }
    let mut written = writer.finish().head.to_vec();
    written.extend(body.encode(version).unwrap());
    assert_eq!(written, vector.bytes[PREFIX_SIZE..], "{}", vector.place());
}

#[test]
fn every_frame_is_taken_apart_and_put_together() {
    let (known, unknown): (Vec<Vector>, Vec<Vector>) = of_kind(Kind::Frame)
        .into_iter()
        .partition(|vector| key_of(vector).is_some());
    known.iter().for_each(check);
    println!(
        "{} frames pass, {} of unknown APIs skipped",
        known.len(),
        unknown.len()
    );
    assert!(!known.is_empty(), "no vectors of frames");
}

/// The frame that our own code makes of a body that a frame of Kafka's holds.
fn made_again<'a, Q: Message<'a>, R: Message<'a>>(vector: &'a Vector) -> Output {
    let version = vector.number("version");
    let frame = &vector.bytes[PREFIX_SIZE..];
    if vector.text("kind") == "request" {
        let mut incoming = Incoming::parse(frame).unwrap();
        let body: Q = incoming.decode().unwrap();
        return ask(incoming.header, &body, version).unwrap();
    }
    let mut cursor = Cursor::new(frame);
    let header_version = R::KEY.response_header_version(version);
    let header = ResponseHeader::decode(&mut cursor, header_version).unwrap();
    let body = R::decode(&mut cursor, version).unwrap();
    answer(header.correlation_id, &body, version).unwrap()
}

#[test]
fn asked_and_answered_frames_are_kafkas() {
    let vectors = of_kind(Kind::Frame);
    let mut compared = 0;
    for vector in &vectors {
        let output = match key_of(vector) {
            Some(ApiKey::Produce) => made_again::<produce::Request, produce::Response>(vector),
            Some(ApiKey::Fetch) => made_again::<fetch::Request, fetch::Response>(vector),
            Some(ApiKey::ApiVersions) => {
                made_again::<api_versions::Request, api_versions::Response>(vector)
            }
            _ => continue,
        };
        assert_eq!(output.head, vector.bytes, "{}", vector.place());
        assert_eq!(output.total(), vector.bytes.len(), "{}", vector.place());
        compared += 1;
    }
    assert!(compared > 0, "no vectors of frames");
}
