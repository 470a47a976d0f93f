//! Our table of APIs and versions against Kafka's own.

use corelane::wire::api::{AnyRequest, AnyResponse};
use corelane::wire::{ApiKey, Cursor, EncodeFault, Writer, versions};
use serde_json::Value;

/// Kafka's rows, in the order of their keys; without the APIs that only old versions had.
fn kafka() -> Vec<Value> {
    let file = crate::vectors::folder().join("api_versions.json");
    let text = std::fs::read_to_string(file).expect("Kafka's table");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("a list of rows");
    let mut rows = rows.into_iter();
    rows.by_ref()
        .filter(|row| row.get("removed").is_none())
        .collect()
}

fn number(value: &Value) -> i16 {
    let number = value.as_i64().and_then(|number| i16::try_from(number).ok());
    number.unwrap_or_else(|| panic!("{value} is no number of 16 bits"))
}

fn key_of(row: &Value) -> i16 {
    number(&row["api_key"])
}

/// Below and above the versions of an API, and these.
fn around(key: ApiKey) -> impl Iterator<Item = i16> {
    key.known().start() - 1..=key.known().end() + 1
}

#[test]
fn every_api_has_kafkas_versions_and_headers() {
    let rows = kafka();
    for key in versions::known_keys() {
        let row = rows.iter().find(|row| key_of(row) == key.number());
        let row = row.unwrap_or_else(|| panic!("Kafka has no {}", key.name()));
        assert_eq!(row["name"], key.name());
        let first = number(&row["min_version"]);
        assert_eq!(
            key.known(),
            first..=number(&row["max_stable_version"]),
            "{}",
            key.name()
        );
        for version in key.known() {
            let header = |which: &str| number(&row[which][version.to_string()]);
            let of_ours = (
                key.request_header_version(version),
                key.response_header_version(version),
            );
            let of_kafka = (
                header("request_header_version"),
                header("response_header_version"),
            );
            assert_eq!(of_ours, of_kafka, "{} {version}", key.name());
        }
    }
}

/// Prints the table, for people; what differs fails.
#[test]
fn what_is_advertised_is_what_kafkas_broker_advertises() {
    println!("| Key | API | Kafka 4.3 | Corelane |");
    for row in kafka() {
        let advertised = &row["advertised"]["broker"];
        let of_kafka = advertised
            .is_object()
            .then(|| number(&advertised["min"])..=number(&advertised["max"]));
        let key = ApiKey::from_number(key_of(&row));
        let of_ours = key.and_then(versions::advertised);
        println!(
            "| {} | {} | {of_kafka:?} | {of_ours:?} |",
            key_of(&row),
            row["name"]
        );
        if of_ours.is_some() {
            assert_eq!(of_ours, of_kafka, "{}", row["name"]);
        }
    }
}

#[test]
fn the_codec_reads_and_writes_exactly_the_versions_of_the_table() {
    for key in versions::known_keys() {
        for version in around(key) {
            let known = key.known().contains(&version);
            let written = |encoded: Result<(), EncodeFault>| encoded.is_ok();
            let (mut request, mut response) = (Writer::default(), Writer::default());
            let ours = [
                written(AnyRequest::default_of(key).encode(&mut request, version)),
                written(AnyResponse::default_of(key).encode(&mut response, version)),
            ];
            assert_eq!(ours, [known; 2], "{} {version} is written", key.name());
            let (request, response) = (request.into_bytes(), response.into_bytes());
            let read = [
                AnyRequest::decode(key, &mut Cursor::new(&request), version).is_ok(),
                AnyResponse::decode(key, &mut Cursor::new(&response), version).is_ok(),
            ];
            assert_eq!(read, [known; 2], "{} {version} is read", key.name());
        }
    }
}
