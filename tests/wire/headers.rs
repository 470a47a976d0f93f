//! Request and response headers.

use corelane::wire::{Cursor, RequestHeader, ResponseHeader, Writer};
use serde_json::Value;

use crate::bodies::check_unknown_tags;
use crate::vectors::{Kind, Vector, compare, of_kind};

/// Our form of the header, and the bytes it is written back as.
fn read_and_write(vector: &Vector) -> (Value, Vec<u8>, usize) {
    let version = vector.number("version");
    let mut cursor = Cursor::new(&vector.bytes);
    let (mut writer, mut measure) = (Writer::default(), Writer::measuring());
    let value = match vector.text("kind") {
        "request_header" => {
            let header = RequestHeader::decode(&mut cursor, version).unwrap();
            header.encode(&mut writer, version).unwrap();
            header.encode(&mut measure, version).unwrap();
            serde_json::to_value(header).unwrap()
        }
        _ => {
            let header = ResponseHeader::decode(&mut cursor, version).unwrap();
            header.encode(&mut writer, version).unwrap();
            header.encode(&mut measure, version).unwrap();
            serde_json::to_value(header).unwrap()
        }
    };
    assert_eq!(cursor.remaining(), 0, "{}", vector.place());
    (value, writer.finish().head.to_vec(), measure.size().total())
}

#[test]
fn every_header_reads_as_kafkas_and_is_written_back_byte_for_byte() {
    let vectors = of_kind(Kind::Header);
    for vector in &vectors {
        let (mut ours, written, size) = read_and_write(vector);
        let same = check_unknown_tags(&mut ours, vector)
            .and_then(|()| compare(&ours, vector.json(), &Value::Null));
        assert_eq!(same, Ok(()), "{}", vector.place());
        assert_eq!(written, vector.bytes, "{}", vector.place());
        assert_eq!(size, vector.bytes.len(), "{}", vector.place());
    }
    println!("{} headers pass", vectors.len());
    assert!(!vectors.is_empty(), "no vectors of headers");
}

#[test]
fn every_truncated_header_is_refused() {
    for vector in of_kind(Kind::Header) {
        let version = vector.number("version");
        for len in 0..vector.bytes.len() {
            let mut cursor = Cursor::new(&vector.bytes[..len]);
            let refused = match vector.text("kind") {
                "request_header" => RequestHeader::decode(&mut cursor, version).is_err(),
                _ => ResponseHeader::decode(&mut cursor, version).is_err(),
            };
            assert!(refused, "{} cut to {len} bytes", vector.place());
        }
    }
}
