//! The golden batches, as written by Kafka 4.3.1's own classes.

use std::path::{Path, PathBuf};

use corelane::records::crc32c;
use serde_json::Value;

/// One line of `record_batches.jsonl`.
pub struct Vector {
    pub case: String,
    pub codec: String,
    /// The batch's bytes.
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Vector {
    /// Formats 0 and 1, which the broker does not serve.
    pub fn is_legacy(&self) -> bool {
        self.case.starts_with("legacy")
    }
}

fn directory() -> PathBuf {
    match std::env::var_os("CORELANE_GOLDEN") {
        Some(directory) => PathBuf::from(directory),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/golden"),
    }
}

pub fn all() -> Vec<Vector> {
    let path = directory().join("record_batches.jsonl");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("no golden batches at {}: {error}", path.display()));
    let vectors: Vec<Vector> = text.lines().map(read).collect();
    assert!(!vectors.is_empty(), "{} is empty", path.display());
    vectors
}

/// The vectors of format 2.
pub fn current() -> impl Iterator<Item = Vector> {
    all().into_iter().filter(|vector| !vector.is_legacy())
}

fn read(line: &str) -> Vector {
    let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
    Vector {
        case: line["case"].as_str().expect("case").to_owned(),
        codec: line["codec"].as_str().expect("codec").to_owned(),
        bytes: unhex(line["hex"].as_str().expect("hex")),
        json: line["json"].take(),
    }
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digit = |b: u8| (b as char).to_digit(16).expect("a hex digit") as u8;
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// Compares bytes with their JSON form: null, hex, or length and checksum when they are long.
#[track_caller]
pub fn assert_bytes(actual: Option<&[u8]>, expected: &Value, what: &str) {
    match expected {
        Value::Null => assert_eq!(actual, None, "{what}"),
        Value::String(hex) => assert_eq!(actual, Some(&unhex(hex)[..]), "{what}"),
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
