//! What the broker spends on a produced batch: checking it, stamping it, encoding it anew; and
//! what a producer spends on building it. Throughput is in bytes of the batch.

use std::hint::black_box;

use corelane::model::{LeaderEpoch, Offset, Timestamp};
use corelane::records::{
    BatchBuilder, BatchView, Codec, Compression, NewRecord, Policy, TimestampType, check, crc32c,
    recompress, stamp, stamp_timestamps,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

const POLICY: Policy = Policy {
    max_message_bytes: 1 << 20,
    timestamp_type: TimestampType::CreateTime,
    before_max_ms: i64::MAX,
    after_max_ms: 3_600_000,
    compacted: false,
};

/// Batch and record sizes: a small and a large batch of 1 KB and of 100 B records.
const SHAPES: [(usize, usize); 4] = [
    (16 << 10, 1024),
    (16 << 10, 100),
    (128 << 10, 1024),
    (128 << 10, 100),
];

/// Words with noise between them, about as compressible as a web server's log.
fn value(bytes: usize) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(1);
    let words = [
        "GET /index.html ",
        "200 ",
        "127.0.0.1 ",
        "Mozilla/5.0 ",
        "\n",
    ];
    let mut value = Vec::new();
    while value.len() < bytes {
        value.extend_from_slice(words[dice.usize(..words.len())].as_bytes());
        value.extend_from_slice(&dice.u16(..).to_be_bytes());
    }
    value.truncate(bytes);
    value
}

fn build(batch_bytes: usize, value: &[u8], codec: Codec) -> Vec<u8> {
    let mut builder = BatchBuilder::with_capacity(batch_bytes).compression(Compression::of(codec));
    let mut key = 0u64;
    while builder.size() + value.len() < batch_bytes {
        key += 1;
        let record = NewRecord {
            key: Some(&key.to_be_bytes()),
            value: Some(value),
            headers: &[],
        };
        builder.push(Timestamp(NOW.0 + key as i64), &record);
    }
    builder.finish()
}

fn name(batch_bytes: usize, record_bytes: usize) -> String {
    format!("{}KiB_of_{record_bytes}B", batch_bytes >> 10)
}

fn checking(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    for (batch_bytes, record_bytes) in SHAPES {
        let bytes = build(batch_bytes, &value(record_bytes), Codec::None);
        let shape = name(batch_bytes, record_bytes);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("whole", &shape), |bench| {
            bench.iter(|| {
                let batch = BatchView::parse(black_box(&bytes)).expect("a batch");
                check(&batch, &POLICY, NOW).expect("a good batch")
            });
        });
        group.bench_function(BenchmarkId::new("crc_alone", &shape), |bench| {
            bench.iter(|| crc32c(black_box(&bytes[21..])));
        });
    }
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let bytes = build(128 << 10, &value(1024), codec);
        group.throughput(Throughput::Bytes(128 << 10));
        group.bench_function(
            BenchmarkId::new(codec.name(), name(128 << 10, 1024)),
            |bench| {
                bench.iter(|| {
                    let batch = BatchView::parse(black_box(&bytes)).expect("a batch");
                    check(&batch, &POLICY, NOW).expect("a good batch")
                });
            },
        );
    }
    group.finish();
}

fn stamping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stamp");
    let mut bytes = build(16 << 10, &value(1024), Codec::None);
    group.bench_function("offset_and_epoch", |bench| {
        bench.iter(|| stamp(black_box(&mut bytes), Offset(123), LeaderEpoch(4)));
    });
    let mut tick = 0;
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("log_append_time", |bench| {
        bench.iter(|| {
            tick += 1;
            let now = Timestamp(NOW.0 + tick);
            stamp_timestamps(black_box(&mut bytes), TimestampType::LogAppendTime, now);
        });
    });
    group.finish();
}

fn building(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    for (batch_bytes, record_bytes) in SHAPES {
        let value = value(record_bytes);
        group.throughput(Throughput::Bytes(batch_bytes as u64));
        group.bench_function(name(batch_bytes, record_bytes), |bench| {
            bench.iter(|| build(batch_bytes, black_box(&value), Codec::None));
        });
    }
    group.finish();
}

fn recompressing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("recompress");
    let bytes = build(128 << 10, &value(1024), Codec::None);
    let batch = BatchView::parse(&bytes).expect("a batch");
    let facts = check(&batch, &POLICY, NOW).expect("a good batch");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        group.bench_function(codec.name(), |bench| {
            let target = Compression::of(codec);
            bench.iter(|| recompress(black_box(&batch), &facts, target, 1 << 20));
        });
    }
    group.finish();
}

criterion_group!(benches, checking, stamping, building, recompressing);
criterion_main!(benches);
