//! Entries for fuzzers, one beside each parser: any bytes in, nothing out. A panic is a bug.
//!
//! The ordinary tests run them from seeds; a fuzzer can call them for as long as it likes. What
//! is read must be written again, and what was written must read as the same.

use bytes::BytesMut;

use super::api::{AnyRequest, AnyResponse};
use super::metadata::Record;
use super::{ApiKey, Cursor, Deframer, Incoming, Writer};

/// Frames larger than this are refused while fuzzing.
const FRAME_SIZE_MAX: usize = 1 << 20;

/// A stream of requests, cut into frames.
pub fn stream(bytes: &[u8]) {
    let deframer = Deframer::of_requests(FRAME_SIZE_MAX);
    let mut arrived = BytesMut::from(bytes);
    while let Ok(Some(frame)) = deframer.next(&mut arrived) {
        request(&frame);
    }
}

/// A request with its header, as a frame holds it.
pub fn request(frame: &[u8]) {
    let Ok(mut incoming) = Incoming::parse(frame) else {
        return;
    };
    let (key, version) = (incoming.key, incoming.version());
    if let Ok(body) = AnyRequest::decode(key, &mut incoming.body, version) {
        let mut writer = Writer::default();
        body.encode(&mut writer, version)
            .expect("what was read can be written");
        let first = writer.into_bytes();
        assert_eq!(body.size(version), Ok(first.len()));
        let again = AnyRequest::decode(key, &mut Cursor::new(&first), version);
        let again = again.expect("what was written can be read");
        let mut writer = Writer::default();
        again
            .encode(&mut writer, version)
            .expect("and written again");
        assert_eq!(first, writer.into_bytes());
    }
}

/// An API key and a version of 16 bits each, then the body of an answer.
pub fn response(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    let (Ok(number), Ok(version)) = (cursor.i16(), cursor.i16()) else {
        return;
    };
    let Some(key) = ApiKey::from_number(number) else {
        return;
    };
    if let Ok(body) = AnyResponse::decode(key, &mut cursor, version) {
        let mut writer = Writer::default();
        body.encode(&mut writer, version)
            .expect("what was read can be written");
        let first = writer.into_bytes();
        assert_eq!(body.size(version), Ok(first.len()));
        let again = AnyResponse::decode(key, &mut Cursor::new(&first), version);
        let again = again.expect("what was written can be read");
        let mut writer = Writer::default();
        again
            .encode(&mut writer, version)
            .expect("and written again");
        assert_eq!(first, writer.into_bytes());
    }
}

/// A record of the metadata log.
pub fn metadata_record(bytes: &[u8]) {
    if let Ok((record, version)) = Record::decode(bytes) {
        let first = record
            .encode(version)
            .expect("what was read can be written");
        let (again, _) = Record::decode(&first).expect("what was written can be read");
        assert_eq!(again.encode(version).as_ref(), Ok(&first));
    }
}
