//! Bodies of requests and answers: decoded equal to Kafka's form, written back byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use corelane::wire::api::{AnyRequest, AnyResponse};
use corelane::wire::{ApiKey, Cursor, EncodeFault, Malformed, Writer, versions};
use serde_json::{Map, Value};

use crate::vectors::{Kind, Vector, compare, from_hex, of_kind, to_hex};

/// A body of either direction, so that one text serves both.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Body<'a> {
    Request(AnyRequest<'a>),
    Response(AnyResponse<'a>),
}

impl<'a> Body<'a> {
    pub fn decode(
        key: ApiKey,
        kind: &str,
        cursor: &mut Cursor<'a>,
        version: i16,
    ) -> Result<Body<'a>, Malformed> {
        match kind {
            "request" => AnyRequest::decode(key, cursor, version).map(Body::Request),
            _ => AnyResponse::decode(key, cursor, version).map(Body::Response),
        }
    }

    pub fn default_of(key: ApiKey, kind: &str) -> Body<'a> {
        match kind {
            "request" => Body::Request(AnyRequest::default_of(key)),
            _ => Body::Response(AnyResponse::default_of(key)),
        }
    }

    pub fn encode(&self, version: i16) -> Result<Vec<u8>, EncodeFault> {
        let mut writer = Writer::default();
        match self {
            Body::Request(body) => body.encode(&mut writer, version)?,
            Body::Response(body) => body.encode(&mut writer, version)?,
        }
        Ok(writer.finish().head.to_vec())
    }

    fn size(&self, version: i16) -> Result<usize, EncodeFault> {
        match self {
            Body::Request(body) => body.size(version),
            Body::Response(body) => body.size(version),
        }
    }
}

pub fn key_of(vector: &Vector) -> Option<ApiKey> {
    ApiKey::from_number(vector.number("api_key"))
}

fn check(key: ApiKey, vector: &Vector) -> Result<(), String> {
    let (kind, version) = (vector.text("kind"), vector.number("version"));
    let mut cursor = Cursor::new(&vector.bytes);
    let body = Body::decode(key, kind, &mut cursor, version).map_err(|why| why.to_string())?;
    if cursor.remaining() > 0 {
        return Err(format!("{} bytes left over", cursor.remaining()));
    }
    let mut ours = serde_json::to_value(&body).unwrap();
    check_unknown_tags(&mut ours, vector)?;
    let default = serde_json::to_value(Body::default_of(key, kind)).unwrap();
    compare(&ours, vector.json(), &default)?;
    let written = body.encode(version).map_err(|fault| fault.to_string())?;
    if written != vector.bytes {
        return Err(format!("written as {}", to_hex(&written)));
    }
    match body.size(version) {
        Ok(size) if size == written.len() => Ok(()),
        other => Err(format!("size is {other:?} and not {}", written.len())),
    }
}

/// Takes the unknown tagged fields of the outermost struct out of our form.
pub fn check_unknown_tags(ours: &mut Value, vector: &Vector) -> Result<(), String> {
    let mut expected = Map::new();
    for field in vector.fields["unknown_tagged_fields"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let content = from_hex(field["hex"].as_str().unwrap());
        expected.insert(field["tag"].to_string(), STANDARD.encode(content).into());
    }
    let found = ours
        .as_object_mut()
        .and_then(|fields| fields.remove("unknown_tagged_fields"));
    let found = found.unwrap_or_else(|| Map::new().into());
    if found == Value::Object(expected) {
        return Ok(());
    }
    Err(format!("unknown tagged fields are {found}"))
}

#[test]
fn every_body_reads_as_kafkas_and_is_written_back_byte_for_byte() {
    let mut failures = Vec::new();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    let mut passed = 0;
    for vector in of_kind(Kind::Body) {
        let Some(key) = key_of(&vector) else {
            *skipped.entry(vector.file).or_default() += 1;
            continue;
        };
        match check(key, &vector) {
            Ok(()) => passed += 1,
            Err(why) => failures.push(format!(
                "{} v{} {}: {why}",
                vector.place(),
                vector.number("version"),
                vector.text("variant")
            )),
        }
    }
    println!("{passed} bodies pass; skipped files and their vectors: {skipped:?}");
    assert!(
        failures.is_empty(),
        "{} fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(passed > 0, "no vectors of bodies");
}

/// A file that exists for a served API has to cover all that we promise of it.
#[test]
fn every_served_version_has_vectors_that_pass() {
    let mut found: BTreeMap<(ApiKey, String), BTreeSet<i16>> = BTreeMap::new();
    for vector in of_kind(Kind::Body) {
        if let Some(key) = key_of(&vector)
            && check(key, &vector).is_ok()
        {
            let side = (key, vector.text("kind").to_owned());
            found
                .entry(side)
                .or_default()
                .insert(vector.number("version"));
        }
    }
    let mut uncovered = Vec::new();
    for key in versions::served_keys() {
        let promised: BTreeSet<i16> = versions::served(key).unwrap().collect();
        for kind in ["request", "response"] {
            match found.get(&(key, kind.to_owned())) {
                Some(found) => assert!(
                    promised.is_subset(found),
                    "{} {kind}: {promised:?} served, {found:?} proven",
                    key.name()
                ),
                None => uncovered.push(format!("{} {kind}", key.name())),
            }
        }
    }
    println!("served without a file of vectors: {uncovered:?}");
}
