//! Producers that number their records.

use rdkafka::message::Message;

use crate::broker::{Record, Sender, read, send_all, topic};

const NUMBERED: [(&str, &str); 3] = [
    ("enable.idempotence", "true"),
    ("batch.num.messages", "10"),
    ("linger.ms", "0"),
];

#[test]
fn numbered_records_arrive_once_and_in_order() {
    let topic = topic("idempotent", 4, &[]);
    let records: Vec<Record> = (0..8000)
        .map(|n| Record::of(n.to_string()).to(n % 4))
        .collect();
    send_all(&topic, &records, &NUMBERED);
    for partition in 0..4 {
        for (index, message) in read(&topic, partition, 2000).iter().enumerate() {
            let sent = (index * 4 + partition as usize).to_string();
            assert_eq!(message.payload(), Some(sent.as_bytes()));
        }
    }
}

#[test]
fn producers_do_not_disturb_each_other() {
    let topic = topic("two-producers", 1, &[]);
    let senders = [
        Sender::new(&NUMBERED),
        Sender::new(&NUMBERED),
        Sender::new(&[]),
    ];
    for n in 0..1000 {
        let record = Record::of(n.to_string());
        senders
            .iter()
            .for_each(|sender| sender.send(&topic, &record));
    }
    for sender in senders {
        let deliveries = sender.finish();
        assert!(deliveries.iter().all(|delivery| delivery.error.is_none()));
        assert!(deliveries.is_sorted_by_key(|delivery| delivery.offset));
    }
    read(&topic, 0, 3000);
}

#[test]
fn numbered_and_compressed_records_pass() {
    for codec in ["gzip", "snappy", "lz4", "zstd"] {
        let topic = topic("idempotent-codec", 1, &[]);
        let records: Vec<Record> = (0..500).map(|n| Record::of(n.to_string())).collect();
        let overrides = [&NUMBERED[..], &[("compression.type", codec)]].concat();
        send_all(&topic, &records, &overrides);
        let messages = read(&topic, 0, 500);
        assert_eq!(messages[499].payload(), Some(&b"499"[..]));
    }
}
