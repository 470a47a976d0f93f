//! All codecs, as the producer chose them and as the topic demands.

use rdkafka::message::Message;

use crate::broker::{Record, read, send_all, topic};

const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

/// Text that compresses well and noise that does not, from empty to a few codec blocks long.
fn bodies() -> Vec<Record> {
    let mut seed = 7u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let lengths = [0, 1, 100, 1000, 70_000];
    let texts = lengths.map(|length| Record::of("to be or not to be ".repeat(length / 19 + 1)));
    let noises =
        lengths.map(|length| Record::of((0..length).map(|_| noise()).collect::<Vec<u8>>()));
    let small = (0..300).map(|n| Record::of(format!("GET /page/{n} 200")));
    texts.into_iter().chain(noises).chain(small).collect()
}

fn passes(topic: &str, codec: &str) {
    let records = bodies();
    let overrides = [("compression.type", codec), ("linger.ms", "50")];
    send_all(topic, &records, &overrides);
    for (message, record) in read(topic, 0, records.len()).iter().zip(&records) {
        assert!(
            message.payload() == record.value.as_deref(),
            "{codec} changed a record"
        );
    }
}

#[test]
fn every_codec_of_a_producer_comes_back() {
    for codec in CODECS {
        passes(&topic("codec", 1, &[]), codec);
    }
}

#[test]
fn every_topic_codec_takes_every_producer_codec() {
    for kept in ["uncompressed", "gzip", "snappy", "lz4", "zstd"] {
        for sent in CODECS {
            passes(&topic("recode", 1, &[("compression.type", kept)]), sent);
        }
    }
}

#[test]
fn compression_levels_are_settings_of_the_topic() {
    for (codec, key, level) in [
        ("gzip", "compression.gzip.level", "9"),
        ("lz4", "compression.lz4.level", "12"),
        ("zstd", "compression.zstd.level", "10"),
    ] {
        passes(
            &topic("level", 1, &[("compression.type", codec), (key, level)]),
            "none",
        );
    }
}
