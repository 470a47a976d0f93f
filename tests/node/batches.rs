//! What the broker does to batches: stamps, recompresses, refuses.

use corelane::records::{BatchBuilder, Batches, Codec, Compression, NewRecord};
use corelane::wire::api::fetch;

use crate::broker::Home;
use crate::caller::Caller;
use crate::desk::{BY_NAME, batch, fetching, now, push};

const MESSAGE_TOO_LARGE: i16 = 10;
const CORRUPT_MESSAGE: i16 = 2;
const INVALID_TIMESTAMP: i16 = 32;
const INVALID_RECORD: i16 = 87;

fn at(timestamp: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    push(&mut builder, b"timed", timestamp);
    builder.finish()
}

/// Codec of the first batch of a partition.
fn stored_codec(caller: &mut Caller, topic: &str) -> Codec {
    let answer = caller.ask(&fetching((topic, 0), 0), BY_NAME);
    let body: fetch::Response<'_> = answer.body();
    let bytes = body.responses[0].partitions[0].records.unwrap().slice();
    Batches::new(bytes)
        .next()
        .unwrap()
        .unwrap()
        .codec()
        .unwrap()
}

#[test]
fn append_time_takes_the_place_of_the_clients() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create("stamped", 1, &[("message.timestamp.type", "LogAppendTime")]);
    caller.create("told", 1, &[]);
    let before = now();
    let produced = caller.try_produce(("stamped", 0), &at(1_000));
    assert_eq!(produced.error, 0);
    assert!(
        (before..=now()).contains(&produced.append_time),
        "{produced:?}"
    );
    let seen = caller.read_all(("stamped", 0), 0);
    assert_eq!(seen[0].timestamp, produced.append_time);
    assert_eq!(caller.try_produce(("told", 0), &at(1_000)).append_time, -1);
    assert_eq!(caller.read_all(("told", 0), 0)[0].timestamp, 1_000);
}

#[test]
fn batches_are_stored_in_the_codec_of_their_topic() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let values: Vec<String> = (0..50).map(|n| format!("{n}{}", "v".repeat(100))).collect();
    let mut gzip = BatchBuilder::new().compression(Compression {
        codec: Codec::Gzip,
        level: None,
    });
    values
        .iter()
        .for_each(|value| push(&mut gzip, value.as_bytes(), now()));
    let (plain, gzip) = (batch(&values), gzip.finish());
    for (setting, of_plain, of_gzip) in [
        ("producer", Codec::None, Codec::Gzip),
        ("uncompressed", Codec::None, Codec::None),
        ("gzip", Codec::Gzip, Codec::Gzip),
        ("snappy", Codec::Snappy, Codec::Snappy),
        ("lz4", Codec::Lz4, Codec::Lz4),
        ("zstd", Codec::Zstd, Codec::Zstd),
    ] {
        for (batch, expected) in [(&plain, of_plain), (&gzip, of_gzip)] {
            let topic = format!("{setting}-{}", batch.len());
            caller.create(&topic, 1, &[("compression.type", setting)]);
            assert_eq!(caller.try_produce((&topic, 0), batch).error, 0, "{setting}");
            assert_eq!(stored_codec(&mut caller, &topic), expected, "{setting}");
            let seen = caller.read_all((&topic, 0), 0);
            let seen: Vec<_> = seen.into_iter().map(|record| record.value).collect();
            assert_eq!(seen, values, "{setting}");
        }
    }
}

#[test]
fn batches_that_a_topic_does_not_allow_are_refused_and_leave_no_trace() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create("short", 1, &[("max.message.bytes", "1000")]);
    caller.create("timely", 1, &[("message.timestamp.before.max.ms", "60000")]);
    caller.create("keyed", 1, &[("cleanup.policy", "compact")]);
    let large = batch(&["m".repeat(2_000)]);
    assert_eq!(
        caller.try_produce(("short", 0), &large).error,
        MESSAGE_TOO_LARGE
    );
    let timely = caller.try_produce(("timely", 0), &at(now() - 120_000));
    assert_eq!(timely.error, INVALID_TIMESTAMP, "too long ago");
    let timely = caller.try_produce(("timely", 0), &at(now() + 7_200_000));
    assert_eq!(timely.error, INVALID_TIMESTAMP, "in the future");
    let mut keyless = BatchBuilder::new();
    let record = NewRecord {
        value: Some(b"no key"),
        ..NewRecord::default()
    };
    keyless.push(corelane::model::Timestamp(now()), &record);
    let keyed = caller.try_produce(("keyed", 0), &keyless.finish());
    assert_eq!(keyed.error, INVALID_RECORD);
    let mut damaged = batch(&["damaged"]);
    *damaged.last_mut().unwrap() ^= 1;
    let refused = caller.try_produce(("short", 0), &damaged);
    assert_eq!(refused.error, CORRUPT_MESSAGE);
    for topic in ["short", "timely", "keyed"] {
        assert_eq!(caller.offset_at((topic, 0), -1), (0, 0), "{topic}");
        assert_eq!(caller.produce((topic, 0), &["fine"]), 0);
    }
}
