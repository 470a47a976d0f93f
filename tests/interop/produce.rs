//! Records go in and come back as they were.

use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, Timestamp};

use crate::broker::{Record, Sender, read, send_all, topic};

#[test]
fn acked_records_are_read_back_at_their_offsets() {
    let topic = topic("produce", 3, &[]);
    let records: Vec<Record> = (0..3000)
        .map(|n| Record::of(format!("record {n}")).to(n % 3))
        .collect();
    let deliveries = send_all(&topic, &records, &[("acks", "all")]);
    for partition in 0..3 {
        let messages = read(&topic, partition, 1000);
        for (index, message) in messages.iter().enumerate() {
            let sent = index * 3 + partition as usize;
            assert_eq!(message.offset(), index as i64);
            assert_eq!(deliveries[sent].offset, message.offset());
            assert_eq!(message.payload(), records[sent].value.as_deref());
        }
    }
}

#[test]
fn every_acks_setting_delivers() {
    for acks in ["0", "1", "all"] {
        let topic = topic("acks", 1, &[]);
        let records: Vec<Record> = (0..500)
            .map(|n| Record::of(format!("{acks} {n}")))
            .collect();
        let deliveries = send_all(&topic, &records, &[("acks", acks)]);
        // Without an answer librdkafka knows no offset and reports OFFSET_INVALID.
        let first = if acks == "0" { -1001 } else { 0 };
        assert_eq!(
            deliveries[0].offset, first,
            "offset in the report with acks {acks}"
        );
        let messages = read(&topic, 0, 500);
        assert_eq!(messages[499].payload(), records[499].value.as_deref());
    }
}

#[test]
fn null_and_empty_keys_and_values_stay_apart() {
    let topic = topic("null", 1, &[]);
    let states = [None, Some(Vec::new()), Some(b"x".to_vec())];
    let pairs = states
        .iter()
        .flat_map(|key| states.iter().map(move |value| (key, value)));
    let records: Vec<Record> = pairs
        .map(|(key, value)| Record {
            key: key.clone(),
            value: value.clone(),
            ..Record::default()
        })
        .collect();
    send_all(&topic, &records, &[]);
    for (message, record) in read(&topic, 0, 9).iter().zip(&records) {
        assert_eq!(message.key(), record.key.as_deref());
        assert_eq!(message.payload(), record.value.as_deref());
    }
}

#[test]
fn headers_keep_order_repeats_and_nulls() {
    let topic = topic("headers", 1, &[]);
    let sent: [(&str, Option<&[u8]>); 5] = [
        ("a", Some(b"1")),
        ("b", None),
        ("a", Some(b"2")),
        ("", Some(b"")),
        ("ü", Some(&[0xff])),
    ];
    let mut headers = OwnedHeaders::new();
    for (key, value) in sent {
        headers = headers.insert(Header { key, value });
    }
    send_all(
        &topic,
        &[Record {
            headers: Some(headers),
            ..Record::of("body")
        }],
        &[],
    );
    let messages = read(&topic, 0, 1);
    let headers = messages[0].headers().expect("headers");
    let got: Vec<(&str, Option<&[u8]>)> = headers.iter().map(|h| (h.key, h.value)).collect();
    assert_eq!(got, sent);
}

#[test]
fn timestamps_of_the_producer_are_kept() {
    let topic = topic("create-time", 1, &[]);
    let times = [1_600_000_000_000, 1_600_000_000_005, 1_599_999_999_000, 1];
    let records: Vec<Record> = times
        .iter()
        .map(|&at| Record {
            timestamp: Some(at),
            ..Record::of("t")
        })
        .collect();
    send_all(&topic, &records, &[]);
    let got: Vec<Timestamp> = read(&topic, 0, 4).iter().map(Message::timestamp).collect();
    assert_eq!(got, times.map(Timestamp::CreateTime));
}

#[test]
fn log_append_time_replaces_the_producers_time() {
    let topic = topic(
        "append-time",
        1,
        &[("message.timestamp.type", "LogAppendTime")],
    );
    let before = Timestamp::now().to_millis().unwrap();
    for codec in ["none", "lz4"] {
        let record = Record {
            timestamp: Some(1_600_000_000_000),
            ..Record::of("t")
        };
        send_all(&topic, &[record], &[("compression.type", codec)]);
    }
    for message in read(&topic, 0, 2) {
        let Timestamp::LogAppendTime(at) = message.timestamp() else {
            panic!("{:?}", message.timestamp());
        };
        assert!((before..before + 60_000).contains(&at));
    }
}

#[test]
fn a_timestamp_beyond_the_limit_of_the_topic_is_refused() {
    let topic = topic(
        "time-limit",
        1,
        &[("message.timestamp.before.max.ms", "60000")],
    );
    let sender = Sender::new(&[]);
    sender.send(
        &topic,
        &Record {
            timestamp: Some(1_600_000_000_000),
            ..Record::of("old")
        },
    );
    let error = sender.finish()[0].error;
    assert_eq!(error, Some(RDKafkaErrorCode::InvalidTimestamp));
    send_all(&topic, &[Record::of("new")], &[]);
    read(&topic, 0, 1);
}

#[test]
fn records_of_a_megabyte_pass() {
    let topic = topic("large", 1, &[]);
    let bytes: Vec<u8> = (0..900_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let records: Vec<Record> = (0..5).map(|_| Record::of(bytes.clone())).collect();
    send_all(&topic, &records, &[]);
    for message in read(&topic, 0, 5) {
        assert!(
            message.payload() == Some(&bytes),
            "a large record came back changed"
        );
    }
}

#[test]
fn a_record_over_the_limit_of_the_topic_is_refused() {
    let topic = topic("limit", 1, &[("max.message.bytes", "2000")]);
    let sender = Sender::new(&[]);
    sender.send(&topic, &Record::of(vec![b'x'; 3000]));
    let error = sender.finish()[0].error;
    assert_eq!(error, Some(RDKafkaErrorCode::MessageSizeTooLarge));
    send_all(&topic, &[Record::of(vec![b'x'; 1000])], &[]);
    read(&topic, 0, 1);
}

#[test]
fn many_small_batches_in_flight_keep_their_order() {
    let topic = topic("order", 2, &[]);
    let records: Vec<Record> = (0..4000)
        .map(|n| Record::of(n.to_string()).to(n % 2))
        .collect();
    let overrides = [
        ("batch.num.messages", "7"),
        ("linger.ms", "0"),
        ("max.in.flight.requests.per.connection", "50"),
    ];
    send_all(&topic, &records, &overrides);
    for partition in 0..2 {
        for (index, message) in read(&topic, partition, 2000).iter().enumerate() {
            let sent = (index * 2 + partition as usize).to_string();
            assert_eq!(message.payload(), Some(sent.as_bytes()));
        }
    }
}

#[test]
fn clients_at_once_lose_nothing() {
    let topic = topic("at-once", 6, &[]);
    let produce = |client: usize| {
        let records: Vec<Record> = (0..2000)
            .map(|n| Record::of(format!("{client} {n}")).to(n % 6))
            .collect();
        send_all(&topic, &records, &[("linger.ms", "1")])
    };
    std::thread::scope(|scope| {
        (0..4).for_each(|client| {
            let produce = &produce;
            scope.spawn(move || produce(client));
        });
    });
    for partition in 0..6 {
        let expected: usize = 4 * (0..2000).filter(|n| n % 6 == partition).count();
        let mut bodies: Vec<Vec<u8>> = read(&topic, partition, expected)
            .iter()
            .filter_map(|message| message.payload().map(<[u8]>::to_vec))
            .collect();
        bodies.sort_unstable();
        bodies.dedup();
        assert_eq!(
            bodies.len(),
            expected,
            "different records in partition {partition}"
        );
    }
}

#[test]
fn keys_choose_partitions_and_all_partitions_receive() {
    let topic = topic("spread", 16, &[]);
    let records: Vec<Record> = (0..1600)
        .map(|n| Record {
            key: Some(format!("key {n}").into_bytes()),
            ..Record::of("v")
        })
        .collect();
    let deliveries = send_all(&topic, &records, &[]);
    for partition in 0..16 {
        let count = deliveries
            .iter()
            .filter(|delivery| delivery.partition == partition)
            .count();
        assert!(count > 0);
        read(&topic, partition, count);
    }
}
