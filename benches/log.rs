//! What planning an append costs, apart from its bytes: plain and idempotent batches, one
//! partition and a thousand in turn; and finding the place of a read.

use std::hint::black_box;

use corelane::log::{Log, Policy};
use corelane::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{BatchBuilder, BatchView, Facts, NewRecord};
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const RECORDS: i32 = 16;

fn facts(producer: ProducerId) -> Facts {
    let mut builder = BatchBuilder::new();
    if producer.is_some() {
        builder = builder.producer(producer, ProducerEpoch(0), Sequence::ZERO);
    }
    let record = NewRecord {
        value: Some(&[7; 1024]),
        ..NewRecord::default()
    };
    for _ in 0..RECORDS {
        builder.push(NOW, &record);
    }
    let batch = builder.finish();
    let view = BatchView::parse(&batch).expect("one batch");
    Facts::of(&view).expect("a known codec")
}

fn append(log: &mut Log, facts: &Facts) {
    let outcome = log.append(black_box(facts), LeaderEpoch(0), NOW);
    black_box(outcome.expect("accepted"));
    log.on_durable(log.staged_end());
}

fn plan_appends(criterion: &mut Criterion) {
    let policy = Policy::default();
    let plain = facts(ProducerId::NONE);
    criterion.bench_function("append_plain", |bench| {
        let mut log = Log::new(policy, Offset(0), NOW);
        bench.iter(|| append(&mut log, &plain));
    });
    criterion.bench_function("append_idempotent", |bench| {
        let mut log = Log::new(policy, Offset(0), NOW);
        let mut next = facts(ProducerId(1));
        bench.iter(|| {
            append(&mut log, &next);
            next.base_sequence = next.base_sequence.plus(RECORDS);
            next.last_sequence = next.last_sequence.plus(RECORDS);
        });
    });
    criterion.bench_function("append_thousand_partitions", |bench| {
        let mut logs = vec![Log::new(policy, Offset(0), NOW); 1000];
        let mut turn = (0..logs.len()).cycle();
        bench.iter(|| append(&mut logs[turn.next().unwrap_or(0)], &plain));
    });
}

fn plan_reads(criterion: &mut Criterion) {
    let mut log = Log::new(Policy::default(), Offset(0), NOW);
    let plain = facts(ProducerId::NONE);
    for _ in 0..60_000 {
        append(&mut log, &plain);
    }
    let end = log.durable_end();
    let mut offset = 0;
    criterion.bench_function("read", |bench| {
        bench.iter(|| {
            offset = (offset + 7919) % end.0;
            black_box(log.read(Offset(offset), end).is_ok())
        });
    });
}

criterion_group!(benches, plan_appends, plan_reads);
criterion_main!(benches);
