//! Records of the metadata log.

use corelane::wire::metadata::Record;
use serde_json::Value;

use crate::allocation::{allowance, during};
use crate::bodies::check_unknown_tags;
use crate::vectors::{Kind, compare, of_kind};

#[test]
fn every_metadata_record_reads_as_kafkas_and_is_written_back_byte_for_byte() {
    let vectors = of_kind(Kind::MetadataRecord);
    for vector in &vectors {
        let place = vector.place();
        let (record, version) = Record::decode(&vector.bytes).expect(&place);
        assert_eq!(
            i64::from(record.number()),
            vector.fields["type_id"].as_i64().unwrap()
        );
        assert_eq!(
            format!("{}Record", record.name()),
            vector.text("type"),
            "{place}"
        );
        assert_eq!(version, vector.number("version"), "{place}");
        let mut ours = serde_json::to_value(&record).unwrap();
        let same = check_unknown_tags(&mut ours, vector)
            .and_then(|()| compare(&ours, vector.json(), &Value::Null));
        assert_eq!(same, Ok(()), "{place}");
        assert_eq!(record.encode(version).unwrap(), vector.bytes, "{place}");
        let shown: Value = serde_json::from_str(&record.json(version)).expect(&place);
        assert_eq!(shown, *vector.json(), "{place}");
    }
    println!("{} metadata records pass", vectors.len());
    assert!(!vectors.is_empty(), "no vectors of metadata records");
}

#[test]
fn every_truncated_metadata_record_is_refused() {
    for vector in of_kind(Kind::MetadataRecord) {
        for len in 0..vector.bytes.len() {
            let (read, allocated) = during(|| Record::decode(&vector.bytes[..len]).is_ok());
            assert!(!read, "{} cut to {len} bytes", vector.place());
            assert!(
                allocated <= allowance(len),
                "{}: {allocated} bytes",
                vector.place()
            );
        }
    }
}
