//! The parsers, each with honest bytes to begin with.

use corelane::records::{self, BatchBuilder, Codec, Compression, NewRecord};
use corelane::{config, log, model::Timestamp, wire};
use fastrand::Rng;

use super::mutation::{dress_batch, dress_snapshot};
use crate::vectors::{Kind, Vector, all, of_kind};

/// One parser.
pub struct Target {
    pub name: &'static str,
    pub honest: fn() -> Vec<Vec<u8>>,
    /// Makes a mutant pass the first checks.
    pub dress: fn(&mut [u8], &mut Rng),
    pub run: fn(&[u8]),
}

fn as_it_is(_: &mut [u8], _: &mut Rng) {}

pub const TARGETS: [Target; 12] = [
    target("stream", frames, as_it_is, wire::fuzz::stream),
    target("request", requests, as_it_is, wire::fuzz::request),
    target("response", responses, as_it_is, wire::fuzz::response),
    target("metadata", metadata, as_it_is, wire::fuzz::metadata_record),
    target("batch", batches, dress_batch, records::fuzz),
    target("codec", streams, as_it_is, records::fuzz_codec),
    target("settings", settings, as_it_is, |b| {
        config::fuzz::settings(&text(b))
    }),
    target("value", values, as_it_is, value),
    target("segment", batches, dress_batch, log::fuzz::segment),
    target("recovery", recoveries, as_it_is, log::fuzz::recovery),
    target("index", indexes, dress_index, log::fuzz::index),
    target("small", small_files, as_it_is, |b| {
        log::fuzz::small_file(&text(b))
    }),
];

const fn target(
    name: &'static str,
    honest: fn() -> Vec<Vec<u8>>,
    dress: fn(&mut [u8], &mut Rng),
    run: fn(&[u8]),
) -> Target {
    Target {
        name,
        honest,
        dress,
        run,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn value(bytes: &[u8]) {
    let text = text(bytes);
    config::fuzz::topic_value(&text);
    config::fuzz::listener(&text);
}

fn frames() -> Vec<Vec<u8>> {
    let frames = of_kind(Kind::Frame).into_iter();
    let mut frames: Vec<_> = frames.map(|vector| vector.bytes).collect();
    frames.push(frames.concat());
    frames
}

fn bodies(kind: &str, head: fn(&Vector) -> Vec<u8>) -> Vec<Vec<u8>> {
    let bodies = of_kind(Kind::Body).into_iter();
    let bodies = bodies.filter(|vector| vector.text("kind") == kind);
    let whole = bodies.map(|vector| [head(&vector), vector.bytes].concat());
    whole.collect()
}

fn key_and_version(vector: &Vector) -> Vec<u8> {
    let numbers = ["api_key", "version"].map(|field| vector.number(field).to_be_bytes());
    numbers.concat()
}

fn requests() -> Vec<Vec<u8>> {
    bodies("request", |vector| {
        let key = wire::ApiKey::from_number(vector.number("api_key"));
        let flexible = key.is_some_and(|key| key.is_flexible(vector.number("version")));
        let tags: &[u8] = if flexible { &[0] } else { &[] };
        let correlation_and_client = [0, 0, 0, 1, 0, 1, b'c'];
        [&key_and_version(vector)[..], &correlation_and_client, tags].concat()
    })
}

fn responses() -> Vec<Vec<u8>> {
    bodies("response", key_and_version)
}

fn metadata() -> Vec<Vec<u8>> {
    let records = of_kind(Kind::MetadataRecord).into_iter();
    records.map(|vector| vector.bytes).collect()
}

/// The golden batches, and small ones of each codec.
fn batches() -> Vec<Vec<u8>> {
    let mut batches: Vec<_> = of_file("record_batches.jsonl", |_| true);
    batches.retain(|batch| batch.len() < 8 << 10);
    for codec in Codec::ALL {
        let mut builder = BatchBuilder::new().compression(Compression::of(codec));
        for n in 0..20 {
            let value = format!("value {n} of {}", codec.name());
            let record = NewRecord {
                key: Some(b"key"),
                value: Some(value.as_bytes()),
                ..NewRecord::default()
            };
            builder.push(Timestamp(1_000_000 + n), &record);
        }
        batches.push(builder.finish());
    }
    batches
}

/// A codec's number, and a stream of it.
fn streams() -> Vec<Vec<u8>> {
    let mut streams = Vec::new();
    for (id, codec) in (0..).zip(Codec::ALL) {
        for content in [
            vec![7; 3000],
            (0..=255).collect(),
            b"to and fro, to and fro".to_vec(),
        ] {
            let mut stream = vec![id];
            records::compress(Compression::of(codec), &content, &mut stream);
            streams.push(stream);
        }
    }
    streams
}

fn settings() -> Vec<Vec<u8>> {
    let all = config::server_properties();
    let stated = all.lines().filter_map(|line| line.strip_prefix('#'));
    let pairs = stated.filter(|line| line.contains('=') && !line.starts_with([' ', '#']));
    let pairs: Vec<String> = pairs.map(|pair| format!("{pair}\n")).collect();
    let mut texts: Vec<Vec<u8>> = pairs.iter().map(|pair| pair.clone().into()).collect();
    texts.push(pairs.concat().into());
    texts
}

fn values() -> Vec<Vec<u8>> {
    let texts = [
        "1",
        "-1",
        "9223372036854775807",
        "0.5",
        "delete,compact",
        "gzip",
        "true",
        "0:1,1:1",
        "*",
        "PLAINTEXT://[::1]:9092",
        "INSIDE://host:1",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn of_file(name: &str, wanted: fn(&Vector) -> bool) -> Vec<Vec<u8>> {
    let lines = all().into_iter();
    let lines = lines.filter(|line| line.file == name && wanted(line));
    lines.map(|line| line.bytes).collect()
}

fn is_index(line: &Vector) -> bool {
    line.text("kind").ends_with("_index") || line.text("kind") == "producer_snapshot"
}

fn indexes() -> Vec<Vec<u8>> {
    of_file("ondisk.jsonl", is_index)
}

fn dress_index(bytes: &mut [u8], dice: &mut Rng) {
    if dice.bool() {
        dress_snapshot(bytes);
    }
}

fn small_files() -> Vec<Vec<u8>> {
    let mut files = of_file("ondisk.jsonl", |line| !is_index(line));
    files.retain(|file| std::str::from_utf8(file).is_ok());
    let names = [
        "00000000000000000042.log\n00000000000000000042.timeindex.deleted",
        "web-3\nweb-3.0123456789abcdef0123456789abcdef-delete",
        "00000000000000000675-0000000003.checkpoint",
    ];
    files.extend(names.map(|name| name.as_bytes().to_vec()));
    files
}

/// Files of a partition as `log::fuzz` takes them: each index and snapshot with each segment.
fn recoveries() -> Vec<Vec<u8>> {
    let of = |kind: &'static str| -> Vec<Vec<u8>> {
        let lines = all().into_iter();
        let lines = lines.filter(|line| line.file == "ondisk.jsonl" && line.text("kind") == kind);
        let mut files: Vec<_> = lines.map(|line| line.bytes).collect();
        files.push(Vec::new());
        files
    };
    let (snapshots, offsets) = (of("producer_snapshot"), of("offset_index"));
    let (times, txns) = (of("time_index"), of("transaction_index"));
    let mut honest = Vec::new();
    for segment in of("log_segment") {
        for (n, how) in (0..8usize).zip([0u8, 1, 4, 5, 20, 21, 254, 255]) {
            let mut bytes = vec![how, 3];
            for files in [&snapshots, &offsets, &times, &txns] {
                let file = &files[n % files.len()];
                bytes.extend((file.len() as u16).to_be_bytes());
                bytes.extend(file);
            }
            bytes.extend(&segment);
            honest.push(bytes);
        }
    }
    honest
}
