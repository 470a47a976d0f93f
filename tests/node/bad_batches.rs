//! Batches that no honest producer makes, and the error codes that Kafka 4.3 answers them with.
//! With `CORELANE_BOOTSTRAP` the same requests go to the broker at that address.

use corelane::model::Timestamp;
use corelane::records::{BatchBuilder, Codec, Compression, HEADER_BYTES, NewRecord, crc32c};

use crate::broker::Home;
use crate::caller::Caller;
use crate::desk::{batch, now, produced, push};

const TOPIC: &str = "refused";
const LAST_OFFSET_DELTA: usize = 23;
const COUNT: usize = 57;
const ATTRIBUTES: usize = 22;
const MAGIC: usize = 16;

const NONE: i16 = 0;
const UNKNOWN_SERVER_ERROR: i16 = -1;
const CORRUPT_MESSAGE: i16 = 2;
const MESSAGE_TOO_LARGE: i16 = 10;
const INVALID_RECORD: i16 = 87;

/// A batch and what Kafka says to it.
struct Case {
    name: String,
    batch: Vec<u8>,
    error: i16,
}

/// Gives the batch the length and the checksum of its bytes.
fn sealed(mut batch: Vec<u8>) -> Vec<u8> {
    let length = (batch.len() - 12) as i32;
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    batch
}

fn three() -> Vec<u8> {
    batch(&["one", "two", "three"])
}

/// Three records, with a number of the header replaced.
fn with(at: usize, number: i32) -> Vec<u8> {
    let mut batch = three();
    batch[at..at + 4].copy_from_slice(&number.to_be_bytes());
    sealed(batch)
}

fn with_byte(at: usize, byte: u8) -> Vec<u8> {
    let mut batch = three();
    batch[at] = byte;
    sealed(batch)
}

/// A batch of one record whose payload is these bytes.
fn around(codec: Codec, payload: &[u8]) -> Vec<u8> {
    let mut batch = batch(&["one"]);
    batch.truncate(HEADER_BYTES);
    batch.extend_from_slice(payload);
    batch[ATTRIBUTES] = codec as u8;
    sealed(batch)
}

fn header_cases() -> Vec<Case> {
    let length = |more: i32| {
        let mut batch = three();
        let length = batch.len() as i32 - 12 + more;
        batch[8..12].copy_from_slice(&length.to_be_bytes());
        batch
    };
    let mut flipped = three();
    *flipped.last_mut().unwrap() ^= 1;
    let two = [three(), three()].concat();
    let cases = [
        ("a checksum of other bytes", flipped, CORRUPT_MESSAGE),
        ("no records", with(COUNT, 0), INVALID_RECORD),
        ("fewer than no records", with(COUNT, -1), INVALID_RECORD),
        ("a record too few", with(COUNT, 2), INVALID_RECORD),
        ("a record too many", with(COUNT, 4), INVALID_RECORD),
        (
            "a last offset too large",
            with(LAST_OFFSET_DELTA, 9),
            INVALID_RECORD,
        ),
        (
            "a last offset below zero",
            with(LAST_OFFSET_DELTA, -1),
            INVALID_RECORD,
        ),
        ("a length one too small", length(-1), CORRUPT_MESSAGE),
        ("a length one too large", length(1), INVALID_RECORD),
        (
            "a length of zero",
            length(12 - three().len() as i32),
            CORRUPT_MESSAGE,
        ),
        ("two batches", two, INVALID_RECORD),
        ("no batch", Vec::new(), INVALID_RECORD),
        ("less than a header", three()[..30].to_vec(), INVALID_RECORD),
        ("format 0", with_byte(MAGIC, 0), INVALID_RECORD),
        ("format 1", with_byte(MAGIC, 1), INVALID_RECORD),
        ("format 3", with_byte(MAGIC, 3), CORRUPT_MESSAGE),
        (
            "a control batch",
            with_byte(ATTRIBUTES, 1 << 5),
            INVALID_RECORD,
        ),
        ("codec 5", with_byte(ATTRIBUTES, 5), UNKNOWN_SERVER_ERROR),
        ("codec 7", with_byte(ATTRIBUTES, 7), UNKNOWN_SERVER_ERROR),
    ];
    let case = |(name, batch, error): (&str, _, _)| Case {
        name: name.to_owned(),
        batch,
        error,
    };
    cases.into_iter().map(case).collect()
}

/// Streams of each codec that break, and streams that hold no records.
fn codec_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name: String, batch, error| cases.push(Case { name, batch, error });
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let name = codec.name();
        let garbage: Vec<u8> = (0..200u8).map(|n| n.wrapping_mul(37) ^ 0x5a).collect();
        case(
            format!("{name}: garbage"),
            around(codec, &garbage),
            UNKNOWN_SERVER_ERROR,
        );
        let empty = match codec {
            Codec::Zstd => INVALID_RECORD,
            _ => UNKNOWN_SERVER_ERROR,
        };
        case(format!("{name}: nothing"), around(codec, &[]), empty);
        let mut zeros = Vec::new();
        corelane::records::compress(Compression::of(codec), &[0; 4000], &mut zeros);
        case(
            format!("{name}: zeros"),
            around(codec, &zeros),
            INVALID_RECORD,
        );
        let mut builder = BatchBuilder::new().compression(Compression::of(codec));
        for n in 0..500 {
            push(&mut builder, format!("value {n}").as_bytes(), now());
        }
        let whole = builder.finish();
        let cut = sealed(whole[..whole.len() - 40].to_vec());
        case(format!("{name}: cut"), cut, UNKNOWN_SERVER_ERROR);
        let mut lying = whole.clone();
        lying[COUNT + 3] += 1;
        lying[LAST_OFFSET_DELTA + 3] += 1;
        case(
            format!("{name}: a record too many"),
            sealed(lying),
            INVALID_RECORD,
        );
        case(format!("{name}: honest"), whole, NONE);
    }
    cases
}

/// A zstd frame of `blocks` times 128 KiB of zeros behind `head`.
fn zstd_of_zeros(head: &[u8], blocks: usize) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    const RLE: u32 = 1 << 1;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    let block = |header: u32| header.to_le_bytes()[..3].to_vec();
    if !head.is_empty() {
        frame.extend(block((head.len() as u32) << 3));
        frame.extend_from_slice(head);
    }
    for at in 1..=blocks {
        let last = u32::from(at == blocks);
        frame.extend(block(BLOCK << 3 | RLE | last));
        frame.push(0);
    }
    frame
}

fn varint(number: i32, out: &mut Vec<u8>) {
    let mut left = ((number << 1) ^ (number >> 31)) as u32;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

/// Ten kilobytes and a bit that come to a gigabyte: of zeros, and of one legal record.
fn bomb_cases() -> Vec<Case> {
    let zeros = zstd_of_zeros(&[], 8192);
    let content = 8192 * (128 << 10);
    // What stands before the value, and the count of headers behind it, are part of the length.
    let value = content - 1;
    let mut fields = vec![0, 0, 0];
    varint(-1, &mut fields);
    varint(value, &mut fields);
    let mut record = Vec::new();
    varint(fields.len() as i32 + value + 1, &mut record);
    record.extend(fields);
    let legal = zstd_of_zeros(&record, 8192);
    assert!(zeros.len() < 40_000 && legal.len() < 40_000);
    let case = |name: &str, payload: &[u8], error| Case {
        name: name.to_owned(),
        batch: around(Codec::Zstd, payload),
        error,
    };
    let mut cases = vec![case("a gigabyte of zeros", &zeros, INVALID_RECORD)];
    // Kafka decodes all of it and takes it in; producers split what is refused like this.
    if std::env::var_os("CORELANE_BOOTSTRAP").is_none() {
        cases.push(case("a record of a gigabyte", &legal, MESSAGE_TOO_LARGE));
    }
    cases
}

/// Sends every case, an honest batch behind each; complains of all that differ at once.
fn judge(caller: &mut Caller, topic: &str, cases: Vec<Case>) {
    let mut wrong = Vec::new();
    let mut end = 0;
    for case in cases {
        let told = caller.try_produce((topic, 0), &case.batch);
        if told.error != case.error {
            let Case { name, error, .. } = &case;
            wrong.push(format!(
                "{name}: {} ({}), expected {error}",
                told.error, told.message
            ));
        }
        if told.error == NONE {
            end = caller.offset_at((topic, 0), -1).1;
        }
        assert_eq!(
            caller.produce((topic, 0), &["honest"]),
            end,
            "after {}",
            case.name
        );
        end += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = caller.read_all((topic, 0), 0);
    assert_eq!(all.len() as i64, end, "the partition is read to its end");
}

/// Runs `test` against a broker of its own, or the one that the environment names.
fn against_broker(name: &str, test: impl Fn(&mut Caller, &str)) {
    match std::env::var("CORELANE_BOOTSTRAP") {
        Ok(address) => {
            let mut caller = Caller::connect(address.parse().expect("host:port"));
            let topic = format!("{name}-{}", now());
            caller.create(&topic, 1, &[]);
            std::thread::sleep(std::time::Duration::from_secs(1));
            test(&mut caller, &topic);
        }
        Err(_) => {
            let home = Home::new();
            let broker = home.start(&[]);
            let mut caller = broker.call();
            caller.create(name, 1, &[]);
            test(&mut caller, name);
            assert!(!broker.words().contains("panicked"), "{}", broker.words());
        }
    }
}

#[test]
fn batches_with_lying_headers_get_kafkas_errors() {
    against_broker("headers", |caller, topic| {
        judge(caller, topic, header_cases())
    });
}

#[test]
fn broken_streams_of_each_codec_get_kafkas_errors() {
    against_broker("codecs", |caller, topic| {
        judge(caller, topic, codec_cases())
    });
}

#[test]
fn batches_that_expand_to_a_gigabyte_are_refused() {
    against_broker("bombs", |caller, topic| judge(caller, topic, bomb_cases()));
}

#[test]
fn keyless_records_in_compressed_batches_are_refused_where_keys_are_required() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[("cleanup.policy", "compact")]);
    let mut builder = BatchBuilder::new().compression(Compression::of(Codec::Zstd));
    for _ in 0..10_000 {
        let record = NewRecord {
            value: Some(b"no key"),
            ..NewRecord::default()
        };
        builder.push(Timestamp(now()), &record);
    }
    let told = caller.try_produce((TOPIC, 0), &builder.finish());
    assert_eq!(told.error, INVALID_RECORD, "{told:?}");
}

/// Each request in flight is one partition's next, however long its batch takes to check.
#[test]
fn batches_that_take_long_to_check_keep_their_place() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 3, &[("compression.type", "zstd")]);
    let slow: Vec<String> = (0..20_000).map(|n| format!("slow {n}")).collect();
    let slow = {
        let mut builder = BatchBuilder::new().compression(Compression::of(Codec::Gzip));
        slow.iter()
            .for_each(|value| push(&mut builder, value.as_bytes(), now()));
        builder.finish()
    };
    let quick = batch(&["quick"]);
    let mut tickets = Vec::new();
    let mut ends = [0; 3];
    for round in 0..60 {
        let partition = round % 3;
        let (batch, records) = match round % 4 {
            0 | 1 => (&slow, 20_000),
            _ => (&quick, 1),
        };
        let ticket = caller.send_batch((TOPIC, partition), batch, -1);
        let end = &mut ends[partition as usize];
        tickets.push((ticket, *end));
        *end += records;
    }
    for (ticket, offset) in tickets {
        let told = produced(&caller.receive(ticket));
        assert_eq!(
            (told.error, told.offset),
            (NONE, offset),
            "{}",
            told.message
        );
    }
}
