//! Kafka's small files, byte for byte, both ways: golden vectors of Kafka's own classes.

use std::path::PathBuf;

use corelane::log::layout::{
    CleanShutdown, DirectoryState, FileKind, LogFileName, MetaProperties, PartitionDirectory,
    PartitionMetadata, QuorumState, QuorumStateVersion, SnapshotName, decode_epochs,
    decode_offsets, encode_epochs, encode_offsets,
};
use corelane::log::{Found, OffsetIndex, TimeIndex, TxnIndex, find, snapshot, whole_below};
use corelane::model::{Offset, Timestamp, TopicName, TopicPartition, Uuid};
use corelane::records::Batches;
use serde_json::{Value, json};

/// One line of `ondisk.jsonl`.
struct Vector {
    kind: String,
    file_name: String,
    json: Value,
    bytes: Vec<u8>,
}

impl Vector {
    fn base(&self) -> i64 {
        self.json["base_offset"].as_i64().expect("a base offset")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("a text file")
    }
}

fn vectors() -> Vec<Vector> {
    let directory = std::env::var_os("CORELANE_GOLDEN").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/golden")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(directory.join("ondisk.jsonl")).expect("golden vectors");
    text.lines().map(parse_line).collect()
}

fn parse_line(line: &str) -> Vector {
    let value: Value = serde_json::from_str(line).expect("one JSON object a line");
    let text = |key: &str| value[key].as_str().expect(key).to_owned();
    Vector {
        kind: text("kind"),
        file_name: text("file_name"),
        json: value["json"].clone(),
        bytes: from_hex(&text("hex")),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    digits
        .map(|pair| u8::from_str_radix(pair, 16).expect("hex"))
        .collect()
}

/// Reads a file of a kind into its JSON form and its bytes as we write them.
fn round_trip(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    Some(match vector.kind.as_str() {
        "offset_index" => offset_index(vector)?,
        "time_index" => time_index(vector)?,
        "transaction_index" => txn_index(vector)?,
        "producer_snapshot" => producer_snapshot(vector)?,
        "leader_epoch_checkpoint" => {
            let epochs = decode_epochs(vector.text()).ok()?;
            let entries: Vec<Value> = epochs
                .entries()
                .iter()
                .map(|e| json!({"epoch": e.epoch, "start_offset": e.start}))
                .collect();
            (
                json!({"version": 0, "entries": entries}),
                encode_epochs(&epochs).into(),
            )
        }
        "recovery_point_offset_checkpoint" | "replication_offset_checkpoint" => {
            let found = decode_offsets(vector.text()).ok()?;
            let entries: Vec<Value> = found
                .iter()
                .map(|(p, o)| json!({"topic": &*p.topic, "partition": p.index, "offset": o}))
                .collect();
            let text = encode_offsets(found.iter().map(|(p, o)| (p, *o)));
            (json!({"version": 0, "entries": entries}), text.into())
        }
        "partition_metadata" => {
            let file = PartitionMetadata::decode(vector.text()).ok()?;
            (
                json!({"version": 0, "topic_id": file.topic}),
                file.encode().into(),
            )
        }
        "clean_shutdown" => {
            let file = CleanShutdown::decode(vector.text()).ok()?;
            (
                json!({"version": 0, "broker_epoch": file.broker_epoch}),
                file.encode().into(),
            )
        }
        "meta_properties" => {
            let file = MetaProperties::decode(vector.text()).ok()?;
            let json = json!({"version": 1, "cluster_id": file.cluster_id,
                "node_id": file.node, "directory_id": file.directory});
            (json, file.encode().into())
        }
        "quorum_state" => quorum_state(vector)?,
        "log_segment" | "metadata_snapshot" => return Some(batches(vector)),
        other => panic!("no test for {other}"),
    })
}

fn offset_index(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    let index = OffsetIndex::parse(&vector.bytes, u32::MAX)?;
    let entries: Vec<Value> = (0..index.entries())
        .map(|n| index.entry(n))
        .map(
            |(at, position)| json!({"offset": vector.base() + i64::from(at), "position": position}),
        )
        .collect();
    let json = json!({"base_offset": vector.base(), "entries": entries});
    Some((json, index.as_bytes().to_vec()))
}

fn time_index(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    let index = TimeIndex::parse(&vector.bytes)?;
    let entries: Vec<Value> = (0..index.entries())
        .map(|n| index.entry(n))
        .map(|(time, at)| json!({"timestamp": time, "offset": vector.base() + i64::from(at)}))
        .collect();
    let json = json!({"base_offset": vector.base(), "entries": entries});
    Some((json, index.as_bytes().to_vec()))
}

fn txn_index(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    let index = TxnIndex::parse(&vector.bytes)?;
    let entry = |e: &corelane::log::AbortedTxn| {
        json!({"version": 0, "producer_id": e.producer, "first_offset": e.first,
            "last_offset": e.last, "last_stable_offset": e.last_stable})
    };
    let entries: Vec<Value> = index.entries().iter().map(entry).collect();
    let json = json!({"base_offset": vector.base(), "entries": entries});
    Some((json, index.to_bytes()))
}

fn producer_snapshot(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    let producers = snapshot::decode(&vector.bytes).ok()?;
    let entries: Vec<Value> = producers
        .iter()
        .map(|(id, e)| {
            let newest = e.batches().last();
            json!({"producer_id": id, "epoch": e.epoch, "last_sequence": e.last_sequence(),
                "last_offset": newest.map_or(-1, |b| b.last_offset.0),
                "offset_delta": newest.map_or(0, |b| b.offset_delta),
                "timestamp": e.last_timestamp, "coordinator_epoch": e.coordinator_epoch,
                "current_txn_first_offset": e.txn_first.map_or(-1, |first| first.0)})
        })
        .collect();
    let bytes = snapshot::encode(producers.iter().map(|(id, entry)| (*id, entry)));
    Some((json!({"entries": entries}), bytes))
}

fn quorum_state(vector: &Vector) -> Option<(Value, Vec<u8>)> {
    let state = QuorumState::decode(vector.text()).ok()?;
    let (version, directory) = match &state.version {
        QuorumStateVersion::V0 { .. } => (0, None),
        QuorumStateVersion::V1 {
            voted_directory: id,
        } => (1, (!id.is_zero()).then_some(id)),
    };
    let json = json!({"data_version": version, "leader_epoch": state.epoch,
        "leader_id": state.leader, "voted_id": state.voted,
        "voted_directory_id": directory});
    Some((json, state.encode().into()))
}

/// A segment's batches are found where the vector says, by headers alone.
fn batches(vector: &Vector) -> (Value, Vec<u8>) {
    let mut position = 0;
    let mut rewritten = Vec::new();
    let listed = vector.json["batches"].as_array().expect("batches");
    for (batch, listed) in Batches::new(&vector.bytes).zip(listed) {
        let batch = batch.expect("a whole batch");
        let last = batch.last_offset();
        let shown = (position, batch.bytes().len(), batch.base_offset(), last);
        let number = |key: &str| listed[key].as_i64().expect("a number");
        let wanted = (
            number("position") as usize,
            number("size") as usize,
            Offset(number("base_offset")),
            Offset(number("last_offset")),
        );
        assert_eq!(shown, wanted);
        assert_eq!(find(&vector.bytes, last), Ok(Found::At(position)));
        assert_eq!(
            whole_below(&vector.bytes, batch.base_offset()),
            Ok(position)
        );
        assert_eq!(batch.max_timestamp(), Timestamp(number("max_timestamp")));
        position += batch.bytes().len();
        rewritten.extend_from_slice(batch.bytes());
    }
    (vector.json.clone(), rewritten)
}

#[test]
fn every_golden_file_reads_as_its_values_and_is_written_again_byte_for_byte() {
    for vector in vectors() {
        let (json, bytes) = round_trip(&vector).expect(&vector.file_name);
        assert_eq!(json, vector.json, "{} {}", vector.kind, vector.file_name);
        assert_eq!(bytes, vector.bytes, "{} {}", vector.kind, vector.file_name);
    }
}

#[test]
fn every_golden_file_cut_anywhere_is_refused_or_a_shorter_file() {
    for mut vector in vectors() {
        if matches!(vector.kind.as_str(), "log_segment" | "metadata_snapshot") {
            continue;
        }
        let whole = std::mem::take(&mut vector.bytes);
        for end in 0..whole.len() {
            vector.bytes = whole[..end].to_vec();
            if let Some((_, bytes)) = round_trip(&vector) {
                assert!(bytes.len() <= end + 64, "{} cut at {end}", vector.kind);
            }
        }
    }
}

#[test]
fn snapshot_with_any_byte_changed_is_refused() {
    let snapshots = vectors()
        .into_iter()
        .filter(|vector| vector.kind == "producer_snapshot");
    for vector in snapshots {
        for at in 0..vector.bytes.len() {
            let mut bytes = vector.bytes.clone();
            bytes[at] ^= 0x40;
            assert!(snapshot::decode(&bytes).is_err(), "byte {at}");
        }
    }
}

#[test]
fn file_names_are_kafkas() {
    for vector in vectors() {
        let name = &vector.file_name;
        let kind = match vector.kind.as_str() {
            "offset_index" => FileKind::OffsetIndex,
            "time_index" => FileKind::TimeIndex,
            "transaction_index" => FileKind::TxnIndex,
            "producer_snapshot" => FileKind::Snapshot,
            "log_segment" => FileKind::Log,
            "metadata_snapshot" => {
                let parsed = SnapshotName::parse(name).expect(name);
                assert_eq!(
                    parsed.end,
                    Offset(vector.json["end_offset"].as_i64().expect("end"))
                );
                assert_eq!(parsed.to_string(), *name);
                continue;
            }
            _ => continue,
        };
        let parsed = LogFileName::parse(name).expect(name);
        assert_eq!((parsed.kind, parsed.suffix), (kind, None));
        assert_eq!(kind.at(parsed.base).to_string(), *name);
        let deleted = format!("{name}.deleted");
        assert_eq!(parsed.deleted().to_string(), deleted);
        assert_eq!(LogFileName::parse(&deleted), Some(parsed.deleted()));
    }
    for other in [
        "",
        "1.log",
        "0000000000000000000x.log",
        "00000000000000000001.logs",
        ".lock",
    ] {
        assert_eq!(LogFileName::parse(other), None, "{other}");
    }
}

#[test]
fn directory_names_tell_partition_and_state() {
    let topic = |text: &str| TopicName::parse(text).expect("legal");
    let id = Uuid::from_bytes(*b"0123456789abcdef");
    let hex = "30313233343536373839616263646566";
    let partition = TopicPartition {
        topic: topic("web-access.1"),
        index: 3,
    };
    let live = PartitionDirectory::live(partition.clone());
    assert_eq!(live.to_string(), "web-access.1-3");
    let deleted = PartitionDirectory::deleted(partition, id);
    assert_eq!(deleted.to_string(), format!("web-access.1-3.{hex}-delete"));
    for directory in [live, deleted] {
        assert_eq!(
            PartitionDirectory::parse(&directory.to_string()),
            Some(directory)
        );
    }
    let stray = PartitionDirectory::parse(&format!("a-0.{hex}-stray"));
    assert_eq!(
        stray.map(|stray| stray.state),
        Some(DirectoryState::Stray(id))
    );
    for other in [
        "web",
        "web-",
        "web-x",
        "-3",
        "web-+3",
        "a-0.12-delete",
        "lost+found",
    ] {
        assert_eq!(PartitionDirectory::parse(other), None, "{other}");
    }
}

#[test]
fn name_of_a_deleted_directory_fits_the_file_system() {
    let partition = TopicPartition {
        topic: TopicName::parse(&"t".repeat(249)).expect("legal"),
        index: 100_000,
    };
    let name = PartitionDirectory::deleted(partition, Uuid::METADATA).to_string();
    assert_eq!(name.len(), 255);
    let parsed = PartitionDirectory::parse(&name).expect("still a partition's");
    assert_eq!(parsed.partition.index, 100_000);
}
