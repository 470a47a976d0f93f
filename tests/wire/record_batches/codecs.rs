use corelane::model::Timestamp;
use corelane::records::{
    BatchBuilder, BatchView, Codec, CodecFault, Compression, DECODED_FLOOR_BYTES, Decoder,
    HEADER_BYTES, NewRecord, Policy, Refusal, TimestampType, check, compress, crc32c,
    decoded_bytes_max, decompress,
};

use crate::allocation::during;

const POLICY: Policy = Policy {
    max_message_bytes: 1 << 20,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: i64::MAX,
    compacted: false,
};

const CODECS: [Codec; 4] = [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

fn text(bytes: usize) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(bytes as u64);
    let words = [
        "GET ",
        "/index.html ",
        "200 ",
        "127.0.0.1 ",
        "\u{0434}\u{0430} ",
        "\n",
    ];
    let mut text = Vec::new();
    while text.len() < bytes {
        text.extend_from_slice(words[dice.usize(..words.len())].as_bytes());
        text.push(dice.u8(..));
    }
    text.truncate(bytes);
    text
}

fn compressed(codec: Codec, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compress(Compression::of(codec), content, &mut out);
    out
}

#[test]
fn content_of_any_size_comes_back() {
    for bytes in [0, 1, 100, 32 << 10, (32 << 10) + 1, 64 << 10, 300_000] {
        let content = text(bytes);
        for codec in Codec::ALL {
            let payload = compressed(codec, &content);
            let back = decompress(codec, &payload, bytes).expect("our own stream");
            assert_eq!(back, content, "{} of {bytes}", codec.name());
        }
    }
}

#[test]
fn every_level_is_taken_and_strange_ones_are_moved_into_range() {
    let content = text(5000);
    for codec in CODECS {
        for level in [i32::MIN, -1, 0, 1, 5, 9, 17, 22, i32::MAX] {
            let compression = Compression {
                codec,
                level: Some(level),
            };
            let mut payload = Vec::new();
            compress(compression, &content, &mut payload);
            assert_eq!(decompress(codec, &payload, 5000), Ok(content.clone()));
        }
    }
}

#[test]
fn streams_are_framed_as_java_frames_them() {
    let content = text(40_000);
    let gzip = compressed(Codec::Gzip, &content);
    assert_eq!(gzip[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    let snappy = compressed(Codec::Snappy, &content);
    assert_eq!(&snappy[..8], b"\x82SNAPPY\0");
    assert_eq!(snappy[8..16], [0, 0, 0, 1, 0, 0, 0, 1]);
    let lz4 = compressed(Codec::Lz4, &content);
    assert_eq!(lz4[..6], [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40]);
    let zstd = compressed(Codec::Zstd, &content);
    // Frame descriptor 0: no content size, no checksum, no dictionary, a window follows.
    assert_eq!(zstd[..5], [0x28, 0xb5, 0x2f, 0xfd, 0x00]);
}

#[test]
fn a_broken_stream_leaves_the_next_one_alone() {
    let content = text(9000);
    for codec in CODECS {
        let payload = compressed(codec, &content);
        for cut in [0, 1, 5, 20, payload.len() / 2, payload.len() - 1] {
            let broken = decompress(codec, &payload[..cut], 9000);
            assert!(
                broken != Ok(content.clone()),
                "{} cut at {cut}",
                codec.name()
            );
            assert_eq!(decompress(codec, &payload, 9000), Ok(content.clone()));
        }
    }
}

#[test]
fn bare_snappy_is_read_as_librdkafka_writes_it() {
    let content = text(100_000);
    let bare = snap::raw::Encoder::new()
        .compress_vec(&content)
        .expect("snappy");
    assert_eq!(decompress(Codec::Snappy, &bare, 100_000), Ok(content));
}

#[test]
fn snappy_streams_glued_together_are_one() {
    let mut glued = compressed(Codec::Snappy, b"one ");
    glued.extend(compressed(Codec::Snappy, b"two"));
    let both = Ok(b"one two".to_vec());
    assert_eq!(decompress(Codec::Snappy, &glued, 100), both);
    // Java reads any version that calls itself compatible with 1 or newer, and none older.
    glued[12..16].copy_from_slice(&7i32.to_be_bytes());
    assert_eq!(decompress(Codec::Snappy, &glued, 100), both);
    glued[12..16].copy_from_slice(&0i32.to_be_bytes());
    assert_ne!(decompress(Codec::Snappy, &glued, 100), both);
}

#[test]
fn lz4_frames_with_checksums_are_read_and_linked_ones_refused() {
    use lz4_flex::frame::{BlockMode, FrameEncoder, FrameInfo};
    use std::io::Write;
    let content = text(200_000);
    let frame = |info: FrameInfo| {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(&content).expect("into memory");
        encoder.finish().expect("into memory")
    };
    let checked = frame(
        FrameInfo::new()
            .block_checksums(true)
            .content_checksum(true)
            .content_size(Some(200_000)),
    );
    assert_eq!(
        decompress(Codec::Lz4, &checked, 200_000),
        Ok(content.clone())
    );
    for at in [4, 5, 6, 14, 15, 40, checked.len() - 1] {
        let mut broken = checked.clone();
        broken[at] ^= 0x10;
        let refused = decompress(Codec::Lz4, &broken, 200_000);
        assert_eq!(refused, Err(CodecFault::Broken(Codec::Lz4)), "at {at}");
    }
    let linked = frame(FrameInfo::new().block_mode(BlockMode::Linked));
    let refused = decompress(Codec::Lz4, &linked, 200_000);
    assert_eq!(refused, Err(CodecFault::Broken(Codec::Lz4)));
}

/// A batch that claims one record, around a ready-made payload.
fn batch_around(codec: Codec, payload: &[u8]) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    builder.push(Timestamp(1), &NewRecord::default());
    let mut batch = builder.finish();
    batch.truncate(HEADER_BYTES);
    batch[22] = codec as u8;
    batch.extend_from_slice(payload);
    let length = (batch.len() - 12) as i32;
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    batch
}

/// The start of a record with a value of a gigabyte: the bomb must not be refused for its form.
fn bomb_head() -> Vec<u8> {
    // Length, attributes, timestamp delta, offset delta, null key, value length, by hand.
    let varint = |value: u32| {
        let mut sum = value << 1;
        let mut out = Vec::new();
        while sum >= 0x80 {
            out.push(sum as u8 | 0x80);
            sum >>= 7;
        }
        out.push(sum as u8);
        out
    };
    let mut head = varint((1 << 30) + 10);
    head.extend_from_slice(&[0, 0, 0, 1]);
    head.extend(varint(1 << 30));
    head
}

#[test]
fn ten_kilobytes_of_zstd_that_hold_hundreds_of_megabytes_are_refused() {
    // One stored block with the record's head, then blocks of one repeated byte: 4 bytes for
    // each 128 KiB.
    let head = bomb_head();
    let mut payload = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    payload.extend_from_slice(&(head.len() as u32 * 8).to_le_bytes()[..3]);
    payload.extend_from_slice(&head);
    while payload.len() < 10 << 10 {
        payload.extend_from_slice(&((128u32 << 10) * 8 + 2).to_le_bytes()[..3]);
        payload.push(b'x');
    }
    refuse_bomb(Codec::Zstd, &payload);
}

#[test]
fn a_gzip_bomb_is_refused() {
    let payload = compressed(Codec::Gzip, &vec![b'x'; 2 << 20]);
    assert!(payload.len() < 4 << 10);
    let limit = 1 << 20;
    let refused = decompress(Codec::Gzip, &payload, limit);
    assert_eq!(refused, Err(CodecFault::TooLarge { limit }));
}

fn refuse_bomb(codec: Codec, payload: &[u8]) {
    let limit = decoded_bytes_max(payload.len());
    assert!(limit < DECODED_FLOOR_BYTES * 2);
    let too_large = CodecFault::TooLarge { limit };
    let batch = batch_around(codec, payload);
    let batch = BatchView::parse(&batch).expect("whole by its length");
    let (refused, allocated) = during(|| check(&batch, &POLICY, Timestamp(1)));
    assert_eq!(refused, Err(Refusal::Codec(too_large)));
    assert!(allocated < 100 << 10, "{allocated} bytes for a bomb");
    assert_eq!(decompress(codec, payload, limit), Err(too_large));
}

#[test]
fn a_decoder_gives_no_more_than_its_limit() {
    for codec in Codec::ALL {
        let payload = compressed(codec, &text(50_000));
        let mut decoder = Decoder::new(codec, &payload, 20_000).expect("our own stream");
        let mut out = [0; 700];
        let mut seen = 0;
        let end = loop {
            match decoder.read(&mut out) {
                Ok(count) => seen += count,
                Err(fault) => break fault,
            }
        };
        assert_eq!(end, CodecFault::TooLarge { limit: 20_000 });
        assert!(seen <= 20_000, "{}", codec.name());
    }
}

#[test]
fn a_promise_of_gigabytes_gets_no_memory() {
    // Bare snappy: a declared length of 4 GiB - 1 before three bytes.
    let promise = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0];
    let (refused, allocated) = during(|| decompress(Codec::Snappy, &promise, usize::MAX));
    assert!(allocated < 100 << 10);
    assert_eq!(refused, Err(CodecFault::Broken(Codec::Snappy)));
    // Lz4: blocks of 4 MiB and a content size of 2^63; the room given is 255 per byte.
    let mut promise = vec![0x04, 0x22, 0x4d, 0x18, 0x68, 0x70];
    promise.extend_from_slice(&(1u64 << 63).to_le_bytes());
    let checksum = twox_hash::XxHash32::oneshot(0, &promise[4..]) >> 8;
    promise.push(checksum as u8);
    promise.extend_from_slice(&[1, 0, 0, 0, 0x10]);
    let (refused, allocated) = during(|| decompress(Codec::Lz4, &promise, usize::MAX));
    assert_eq!(refused, Err(CodecFault::Broken(Codec::Lz4)));
    assert!(allocated < 100 << 10);
}
