use corelane::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{
    BatchBuilder, BatchView, Batches, ControlKind, EndTxnMarker, Facts, Header, Malformed,
    NewRecord, Record, RecordHeader, Records, TimestampType, decoded_bytes_max, decompress,
};
use serde_json::{Value, json};

use super::vectors::{self, Vector, assert_bytes};

#[test]
fn every_header_means_what_java_says() {
    for vector in vectors::current() {
        let batch = BatchView::parse(&vector.bytes).expect("a whole batch");
        assert!(batch.crc_is_valid(), "{}", vector.case);
        assert_eq!(batch.size(), vector.bytes.len());
        for (name, actual) in meanings(batch.header()) {
            assert_eq!(actual, vector.json[name], "{name} of {}", vector.case);
        }
        let facts = Facts::of(&batch).expect("a known codec");
        assert_eq!(json!(facts.codec.name()), vector.json["compression"]);
        assert_eq!(json!(facts.last_sequence.0), vector.json["last_sequence"]);
    }
}

fn meanings(header: &Header) -> [(&'static str, Value); 20] {
    let horizon = header.delete_horizon().map(|horizon| horizon.0);
    let codec = header.codec().expect("a known codec");
    [
        ("base_offset", json!(header.base_offset().0)),
        ("batch_length", json!(header.length())),
        ("partition_leader_epoch", json!(header.leader_epoch().0)),
        ("magic", json!(2)),
        ("crc", json!(header.crc())),
        ("attributes", json!(header.attributes().0)),
        ("last_offset_delta", json!(header.last_offset_delta())),
        ("base_timestamp", json!(header.base_timestamp().0)),
        ("max_timestamp", json!(header.max_timestamp().0)),
        ("producer_id", json!(header.producer_id().0)),
        ("producer_epoch", json!(header.producer_epoch().0)),
        ("base_sequence", json!(header.base_sequence().0)),
        ("records_count", json!(header.count())),
        ("compression", json!(codec.name())),
        ("timestamp_type", json!(header.timestamp_type().name())),
        ("is_transactional", json!(header.is_transactional())),
        ("is_control", json!(header.is_control())),
        ("delete_horizon_ms", json!(horizon)),
        ("last_offset", json!(header.last_offset().0)),
        ("last_sequence", json!(header.last_sequence().0)),
    ]
}

#[test]
fn every_record_means_what_java_says() {
    for vector in vectors::current() {
        let batch = BatchView::parse(&vector.bytes).expect("a whole batch");
        let content = content_of(&batch);
        let expected = &vector.json["uncompressed_records"];
        assert_bytes(Some(&content), expected, &vector.case);
        let expected = vector.json["records"].as_array().expect("records");
        let records: Vec<Record> = records_of(&content, &batch);
        assert_eq!(records.len(), expected.len(), "{}", vector.case);
        for (record, expected) in records.iter().zip(expected) {
            assert_record(&batch, record, expected, &vector.case);
        }
    }
}

fn content_of(batch: &BatchView<'_>) -> Vec<u8> {
    let codec = batch.codec().expect("a known codec");
    let limit = decoded_bytes_max(batch.payload().len());
    decompress(codec, batch.payload(), limit).expect("Java's streams decode")
}

fn records_of<'a>(content: &'a [u8], batch: &Header) -> Vec<Record<'a>> {
    let records = Records::new(content, batch.count());
    records
        .map(|record| record.expect("a whole record"))
        .collect()
}

fn assert_record(batch: &Header, record: &Record<'_>, expected: &Value, case: &str) {
    let numbers = [
        ("length", json!(record.length)),
        ("attributes", json!(record.attributes)),
        ("timestamp_delta", json!(record.timestamp_delta)),
        ("offset_delta", json!(record.offset_delta)),
        ("offset", json!(batch.offset_of(record.offset_delta).0)),
        (
            "timestamp",
            json!(batch.timestamp_of(record.timestamp_delta).0),
        ),
        ("sequence", json!(batch.sequence_of(record.offset_delta).0)),
    ];
    for (name, actual) in numbers {
        assert_eq!(actual, expected[name], "{name} of a record of {case}");
    }
    assert_bytes(record.key, &expected["key"], case);
    assert_bytes(record.value, &expected["value"], case);
    let expected = expected["headers"].as_array().expect("headers");
    assert_eq!(record.headers.count(), expected.len(), "{case}");
    for (header, expected) in record.headers.zip(expected) {
        let header = header.expect("a whole header");
        let key = expected["key"].as_str().map(str::as_bytes);
        assert_eq!(Some(header.key), key, "{case}");
        assert_bytes(header.value, &expected["value"], case);
    }
}

#[test]
fn uncompressed_batches_are_built_to_the_same_bytes() {
    for vector in vectors::current().filter(|vector| vector.codec == "none") {
        assert_eq!(rebuilt(vector), vector.bytes, "{}", vector.case);
    }
}

/// The batch as built from the JSON, with keys and values from the bytes where JSON has sums.
fn rebuilt(vector: &Vector) -> Vec<u8> {
    let batch = BatchView::parse(&vector.bytes).expect("a whole batch");
    let mut builder = builder_of(&vector.json);
    for record in batch.records() {
        let record = record.expect("a whole record");
        let headers: Vec<RecordHeader> = record
            .headers
            .map(|header| header.expect("a whole header"))
            .collect();
        let new = NewRecord {
            key: record.key,
            value: record.value,
            headers: &headers,
        };
        let base = long(&vector.json, "base_timestamp");
        let timestamp = Timestamp(base + record.timestamp_delta);
        builder.push_at(record.offset_delta, timestamp, &new);
    }
    builder.finish()
}

fn long(json: &Value, name: &str) -> i64 {
    json[name]
        .as_i64()
        .unwrap_or_else(|| panic!("{name} is a number"))
}

fn builder_of(json: &Value) -> BatchBuilder {
    let is = |name: &str| json[name].as_bool().expect("a flag");
    let mut builder = BatchBuilder::new()
        .base_offset(Offset(long(json, "base_offset")))
        .leader_epoch(LeaderEpoch(long(json, "partition_leader_epoch") as i32))
        .last_offset_delta(long(json, "last_offset_delta") as i32)
        .base_timestamp(Timestamp(long(json, "base_timestamp")))
        .producer(
            ProducerId(long(json, "producer_id")),
            ProducerEpoch(long(json, "producer_epoch") as i16),
            Sequence(long(json, "base_sequence") as i32),
        );
    if is("is_transactional") {
        builder = builder.transactional();
    }
    if is("is_control") {
        builder = builder.control();
    }
    if let Some(horizon) = json["delete_horizon_ms"].as_i64() {
        builder = builder.delete_horizon(Timestamp(horizon));
    }
    let max_timestamp = Timestamp(long(json, "max_timestamp"));
    if json["timestamp_type"] == TimestampType::LogAppendTime.name() {
        builder = builder.log_append_time(max_timestamp);
    }
    if long(json, "records_count") == 0 {
        builder = builder.max_timestamp(max_timestamp);
    }
    builder
}

#[test]
fn control_records_name_their_kind() {
    for vector in vectors::current().filter(|vector| vector.case.starts_with("control")) {
        let batch = BatchView::parse(&vector.bytes).expect("a whole batch");
        assert!(batch.is_control());
        for record in batch.records() {
            let record = record.expect("a whole record");
            let kind = ControlKind::read_key(record.key).expect("a control key");
            assert_eq!(record.key, Some(&kind.key()[..]), "{}", vector.case);
            assert!(!matches!(kind, ControlKind::Unknown(_)), "{}", vector.case);
            let marker = EndTxnMarker::read(record.key, record.value).expect("a marker");
            if let Some(marker) = marker {
                assert_eq!(record.value, Some(&marker.value()[..]));
                assert_eq!(marker.kind(), kind);
            }
            let is_end = matches!(kind, ControlKind::Commit | ControlKind::Abort);
            assert_eq!(marker.is_some(), is_end, "{}", vector.case);
        }
    }
}

#[test]
fn all_vectors_in_a_row_are_read_back_one_by_one() {
    let vectors: Vec<&Vector> = vectors::current().collect();
    let run: Vec<u8> = vectors
        .iter()
        .flat_map(|vector| vector.bytes.clone())
        .collect();
    let batches: Vec<BatchView> = Batches::new(&run)
        .map(|batch| batch.expect("whole"))
        .collect();
    assert_eq!(batches.len(), vectors.len());
    for (batch, vector) in batches.iter().zip(&vectors) {
        assert_eq!(batch.bytes(), vector.bytes);
    }
}

#[test]
fn formats_0_and_1_are_called_by_their_number() {
    for vector in vectors::all().iter().filter(|vector| vector.is_legacy()) {
        let magic = vector.bytes[16] as i8;
        assert!(matches!(magic, 0 | 1), "{}", vector.case);
        let refused = BatchView::parse(&vector.bytes).map(drop);
        assert_eq!(refused, Err(Malformed::Magic(magic)), "{}", vector.case);
    }
}
