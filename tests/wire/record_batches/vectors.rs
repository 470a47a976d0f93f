//! The golden batches, as written by Kafka 4.3.1's own classes.

use std::sync::OnceLock;

use corelane::records::crc32c;
use serde_json::Value;

use crate::vectors::{self as golden, from_hex};

/// One line that holds a batch.
pub struct Vector {
    /// What the batch is about, with its place: `idempotent at record_batches.jsonl:3`.
    pub case: String,
    pub codec: String,
    /// The batch's bytes.
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Vector {
    /// Formats 0 and 1, which the broker does not serve.
    pub fn is_legacy(&self) -> bool {
        self.json["records_count"].is_null()
    }

    pub fn has_records(&self) -> bool {
        self.json["records_count"] != 0
    }
}

/// Every batch in the folder of vectors. Only a folder of somebody's choice may have none.
pub fn all() -> &'static [Vector] {
    static VECTORS: OnceLock<Vec<Vector>> = OnceLock::new();
    VECTORS.get_or_init(|| {
        let mut lines = golden::all();
        lines.retain(|line| line.text("kind") == "record_batch");
        let is_own_folder = std::env::var_os("CORELANE_GOLDEN").is_none();
        assert!(
            !is_own_folder || !lines.is_empty(),
            "there are no golden batches"
        );
        println!("{} record batches", lines.len());
        lines.into_iter().map(read).collect()
    })
}

/// The vectors of format 2.
pub fn current() -> impl Iterator<Item = &'static Vector> {
    all().iter().filter(|vector| !vector.is_legacy())
}

fn read(line: golden::Vector) -> Vector {
    Vector {
        case: format!("{} at {}", line.text("case"), line.place()),
        codec: line.text("codec").to_owned(),
        json: line.json().clone(),
        bytes: line.bytes,
    }
}

/// Compares bytes with their JSON form: null, hex, or length and checksum when they are long.
#[track_caller]
pub fn assert_bytes(actual: Option<&[u8]>, expected: &Value, what: &str) {
    match expected {
        Value::Null => assert_eq!(actual, None, "{what}"),
        Value::String(hex) => assert_eq!(actual, Some(&from_hex(hex)[..]), "{what}"),
        summary => {
            let actual = actual.unwrap_or_else(|| panic!("{what} is not null"));
            assert_eq!(
                Some(actual.len() as u64),
                summary["length"].as_u64(),
                "{what}"
            );
            let crc = u64::from(crc32c(actual));
            assert_eq!(Some(crc), summary["crc32c"].as_u64(), "{what}");
        }
    }
}
