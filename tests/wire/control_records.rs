//! Bodies of the control records that a quorum writes.

use corelane::wire::control::{KRaftVersionRecord, LeaderChangeMessage, SnapshotFooterRecord};
use corelane::wire::control::{SnapshotHeaderRecord, VotersRecord};
use corelane::wire::json;
use corelane::wire::schema::{Dialect, Field, Struct};
use corelane::wire::{Cursor, Malformed};
use serde_json::Value;

use crate::vectors::{Vector, all};

#[test]
fn every_control_record_reads_as_kafkas_and_is_cut_nowhere() {
    let mut passed = 0;
    for vector in all() {
        let check = match vector.text("type") {
            "LeaderChangeMessage" => check::<LeaderChangeMessage<'_>>,
            "SnapshotHeaderRecord" => check::<SnapshotHeaderRecord<'_>>,
            "SnapshotFooterRecord" => check::<SnapshotFooterRecord<'_>>,
            "KRaftVersionRecord" => check::<KRaftVersionRecord<'_>>,
            "VotersRecord" => check::<VotersRecord<'_>>,
            _ => continue,
        };
        check(&vector);
        passed += 1;
    }
    println!("{passed} control records pass");
    assert!(passed > 0, "no vectors of control records");
}

/// The vectors hold any number in the field `version`, so the version is taken from beside them.
fn check<'a, T: Struct<'a> + Field<'a>>(vector: &'a Vector) {
    let place = vector.place();
    let version = vector.number("version");
    let read = |bytes: &'a [u8]| -> Result<T, Malformed> {
        T::read(&mut Cursor::new(bytes), Dialect::new(version, 0))
    };
    let body = read(&vector.bytes).expect(&place);
    let shown: Value = serde_json::from_str(&json::of(&body, version)).expect(&place);
    assert_eq!(shown, *vector.json(), "{place}");
    for len in 0..vector.bytes.len() {
        assert!(
            read(&vector.bytes[..len]).is_err(),
            "{place} cut to {len} bytes"
        );
    }
}
