//! Reading golden vectors, and comparing our form of a message with Kafka's JSON form.

use std::fs;
use std::path::PathBuf;

use corelane::model::Uuid;
use serde_json::{Map, Value};

/// One line of a file.
pub struct Vector {
    pub file: String,
    pub line: usize,
    pub fields: Value,
    pub bytes: Vec<u8>,
}

impl Vector {
    pub fn text(&self, field: &str) -> &str {
        self.fields[field].as_str().unwrap_or("")
    }

    pub fn number(&self, field: &str) -> i16 {
        let number = self.fields[field]
            .as_i64()
            .and_then(|number| i16::try_from(number).ok());
        number.unwrap_or_else(|| panic!("{}: no number {field}", self.place()))
    }

    pub fn has(&self, field: &str) -> bool {
        self.fields.get(field).is_some()
    }

    pub fn json(&self) -> &Value {
        &self.fields["json"]
    }

    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// What a line holds, told from its fields whatever its file is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Body,
    Frame,
    Header,
    MetadataRecord,
    Other,
}

pub fn kind_of(vector: &Vector) -> Kind {
    let is_body = matches!(vector.text("kind"), "request" | "response");
    if vector.has("api_key") && is_body {
        if vector.json().get("header").is_some() {
            Kind::Frame
        } else {
            Kind::Body
        }
    } else if vector.text("kind").ends_with("_header") {
        Kind::Header
    } else if vector.has("type_id") && vector.file.starts_with("metadata_records") {
        Kind::MetadataRecord
    } else {
        Kind::Other
    }
}

pub fn folder() -> PathBuf {
    match std::env::var_os("CORELANE_GOLDEN") {
        Some(folder) => folder.into(),
        None => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/golden").into(),
    }
}

/// All lines of all files, file by file in the order of their names.
pub fn all() -> Vec<Vector> {
    let folder = folder();
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("cannot read vectors in {}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "jsonl")
    });
    paths.sort();
    paths.into_iter().flat_map(read).collect()
}

pub fn of_kind(kind: Kind) -> Vec<Vector> {
    let mut vectors = all();
    vectors.retain(|vector| kind_of(vector) == kind);
    vectors
}

fn read(path: PathBuf) -> Vec<Vector> {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(&path).unwrap();
    let parse = |(at, line): (usize, &str)| {
        let fields: Value = serde_json::from_str(line).unwrap();
        let bytes = from_hex(fields["hex"].as_str().unwrap_or(""));
        Vector {
            file: file.clone(),
            line: at + 1,
            fields,
            bytes,
        }
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(parse)
        .collect()
}

pub fn from_hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `topicId` and `TopicId` become `topic_id`; `isKRaftController`, `is_k_raft_controller`.
pub fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_upper = at > 0 && letters[at - 1].is_uppercase();
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && at > 0 && (!after_upper || before_lower) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// Says where `ours` differs from Kafka's form; fields that Kafka leaves out must be defaults.
pub fn compare(ours: &Value, kafka: &Value, default: &Value) -> Result<(), String> {
    let (Value::Object(ours), Value::Object(kafka)) = (ours, kafka) else {
        return compare_values(ours, kafka);
    };
    compare_objects(ours, kafka, default)
}

fn compare_objects(
    ours: &Map<String, Value>,
    kafka: &Map<String, Value>,
    default: &Value,
) -> Result<(), String> {
    let mut left: Map<String, Value> = ours.clone();
    for (name, expected) in kafka {
        let name = snake_case(name);
        let value = left
            .remove(&name)
            .ok_or_else(|| format!("no field {name}"))?;
        compare_values(&value, expected).map_err(|why| format!("{name}: {why}"))?;
    }
    for (name, value) in left {
        let is_default = match default.get(&name) {
            Some(default) => value == *default,
            None => name != "unknown_tagged_fields" && is_plain_default(&value),
        };
        if !is_default {
            return Err(format!(
                "{name} is absent in Kafka's form but {value} in ours"
            ));
        }
    }
    Ok(())
}

fn compare_values(ours: &Value, kafka: &Value) -> Result<(), String> {
    match (ours, kafka) {
        (Value::Object(ours), Value::Object(kafka)) => compare_objects(ours, kafka, &Value::Null),
        (Value::Array(ours), Value::Array(kafka)) if ours.len() == kafka.len() => {
            let mut pairs = ours.iter().zip(kafka).enumerate();
            pairs.try_for_each(|(at, (ours, kafka))| {
                compare_values(ours, kafka).map_err(|why| format!("[{at}] {why}"))
            })
        }
        (Value::Number(ours), Value::Number(kafka)) => {
            let same = match (ours.as_i64(), kafka.as_i64()) {
                (Some(ours), Some(kafka)) => ours == kafka,
                _ => ours.as_f64() == kafka.as_f64(),
            };
            if same {
                Ok(())
            } else {
                Err(format!("{ours} instead of {kafka}"))
            }
        }
        _ if ours == kafka => Ok(()),
        _ => Err(format!("{ours} instead of {kafka}")),
    }
}

/// The defaults of numbers in Kafka's schemas, whatever field they belong to.
const PLAIN_NUMBERS: [i64; 8] = [0, 1, -1, -2, 16, i32::MIN as i64, i32::MAX as i64, i64::MAX];

/// What a field of a nested struct may hold when its version lacks it.
fn is_plain_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number
            .as_i64()
            .is_some_and(|number| PLAIN_NUMBERS.contains(&number)),
        Value::String(text) => text.is_empty() || *text == Uuid::ZERO.to_string(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(fields) => fields.values().all(is_plain_default),
    }
}

#[test]
fn names_become_snake_case_as_in_the_schemas() {
    let cases = [
        ("topicId", "topic_id"),
        ("isKRaftController", "is_k_raft_controller"),
        ("TimeoutMs", "timeout_ms"),
        ("lastKnownElr", "last_known_elr"),
    ];
    for (name, expected) in cases {
        assert_eq!(snake_case(name), expected);
    }
}
