//! What the codec costs per message: one Produce request read, one Fetch answer with its payload
//! left out and one Metadata answer written.

use std::hint::black_box;

use corelane::model::Uuid;
use corelane::wire::api::{fetch, metadata, produce};
use corelane::wire::{Cursor, Message, Records, answer};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const PARTITIONS: i32 = 16;
const BATCH_SIZE: usize = 16 * 1024;
const BROKERS: i32 = 3;
const TOPICS: i32 = 100;

fn produce_request(batch: &[u8]) -> produce::Request<'_> {
    let partition = |index| produce::PartitionProduceData {
        index,
        records: Some(Records::Slice(batch)),
        ..Default::default()
    };
    let topic = produce::TopicProduceData {
        topic_id: Uuid::from_bytes([7; 16]),
        partition_data: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    produce::Request {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![topic],
        ..Default::default()
    }
}

fn fetch_response() -> fetch::Response<'static> {
    let partition = |index: i32| fetch::PartitionData {
        partition_index: index,
        high_watermark: 1_000_000,
        last_stable_offset: 1_000_000,
        log_start_offset: 0,
        records: Some(Records::Spliced {
            index: index as usize,
            len: BATCH_SIZE,
        }),
        ..Default::default()
    };
    let topic = fetch::FetchableTopicResponse {
        topic_id: Uuid::from_bytes([7; 16]),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    fetch::Response {
        session_id: 42,
        responses: vec![topic],
        ..Default::default()
    }
}

fn metadata_response() -> metadata::Response<'static> {
    let broker = |node_id| metadata::MetadataResponseBroker {
        node_id,
        host: "broker.example".into(),
        port: 9092,
        ..Default::default()
    };
    let partition = |partition_index| metadata::MetadataResponsePartition {
        partition_index,
        leader_id: partition_index % BROKERS,
        leader_epoch: 5,
        replica_nodes: (0..BROKERS).collect(),
        isr_nodes: (0..BROKERS).collect(),
        ..Default::default()
    };
    let topic = |number: i32| metadata::MetadataResponseTopic {
        name: Some(format!("topic-{number}").into()),
        topic_id: Uuid::from_bytes([number as u8; 16]),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    metadata::Response {
        brokers: (0..BROKERS).map(broker).collect(),
        cluster_id: Some("corelane".into()),
        controller_id: 0,
        topics: (0..TOPICS).map(topic).collect(),
        ..Default::default()
    }
}

fn codec(criterion: &mut Criterion) {
    let batch = vec![0; BATCH_SIZE];
    let body = produce_request(&batch).to_output(13).unwrap().head;
    let mut group = criterion.benchmark_group("wire");
    group.throughput(Throughput::Elements(PARTITIONS as u64));
    group.bench_function("decode produce v13, 16 partitions of 16 KiB", |bencher| {
        bencher.iter(|| produce::Request::decode(&mut Cursor::new(black_box(&body)), 13).unwrap());
    });
    let fetched = fetch_response();
    group.bench_function("encode fetch v17, 16 partitions spliced", |bencher| {
        bencher.iter(|| answer(1, black_box(&fetched), 17).unwrap());
    });
    let known = metadata_response();
    group.throughput(Throughput::Elements((TOPICS * PARTITIONS) as u64));
    group.bench_function("encode metadata v13, 1600 partitions", |bencher| {
        bencher.iter(|| answer(1, black_box(&known), 13).unwrap());
    });
    group.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
