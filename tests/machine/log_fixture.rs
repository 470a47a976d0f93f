//! Batches and calls that the tests of the log share.

use corelane::log::{Append, Appended, Compaction, Log, Policy};
use corelane::model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use corelane::records::{BatchBuilder, BatchView, Facts, NewRecord};

pub const EPOCH: LeaderEpoch = LeaderEpoch(0);
pub const START_MS: i64 = 1_700_000_000_000;

/// A compacted log that nothing leaves by age or size; segments are small.
pub const COMPACTED: Policy = Policy {
    segment_bytes: 2_000,
    segment_ms: i64::MAX,
    index_bytes: 4096,
    index_interval_bytes: 200,
    delete: false,
    compact: true,
    compaction: Compaction::DEFAULT,
    retention_ms: -1,
    retention_bytes: -1,
    producer_expiration_ms: i64::MAX,
};

/// The wall clock `ms` after the tests' begin.
pub fn at(ms: i64) -> Timestamp {
    Timestamp(START_MS + ms)
}

/// One batch on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Sketch {
    pub count: i32,
    pub value_bytes: usize,
    pub at_ms: i64,
    /// Producer id, epoch, first sequence.
    pub producer: Option<(i64, i16, i32)>,
    pub transactional: bool,
}

pub fn plain(count: i32) -> Sketch {
    Sketch {
        count,
        value_bytes: 10,
        at_ms: 0,
        producer: None,
        transactional: false,
    }
}

pub fn of_producer(id: i64, epoch: i16, sequence: i32, count: i32) -> Sketch {
    Sketch {
        producer: Some((id, epoch, sequence)),
        ..plain(count)
    }
}

impl Sketch {
    pub fn sized(self, value_bytes: usize) -> Sketch {
        Sketch {
            value_bytes,
            ..self
        }
    }

    pub fn at_ms(self, at_ms: i64) -> Sketch {
        Sketch { at_ms, ..self }
    }

    /// The bytes that a client would send.
    pub fn bytes(&self) -> Vec<u8> {
        let mut builder = BatchBuilder::new();
        if let Some((id, epoch, sequence)) = self.producer {
            let sequence = Sequence(sequence);
            builder = builder.producer(ProducerId(id), ProducerEpoch(epoch), sequence);
        }
        if self.transactional {
            builder = builder.transactional();
        }
        let value = vec![7; self.value_bytes];
        for _ in 0..self.count {
            let record = NewRecord {
                value: Some(&value),
                ..NewRecord::default()
            };
            builder.push(at(self.at_ms), &record);
        }
        builder.finish()
    }

    pub fn facts(&self) -> Facts {
        facts_of(&self.bytes())
    }
}

pub fn facts_of(batch: &[u8]) -> Facts {
    let view = BatchView::parse(batch).expect("a whole batch");
    Facts::of(&view).expect("a known codec")
}

pub fn empty_log(policy: Policy) -> Log {
    Log::new(policy, Offset(0), at(0))
}

/// Appends a batch that must be accepted.
pub fn stage(log: &mut Log, sketch: Sketch) -> Appended {
    let now = at(sketch.at_ms);
    match log.append(&sketch.facts(), EPOCH, now) {
        Ok(Append::Staged(appended)) => appended,
        other => panic!("{sketch:?} was not staged: {other:?}"),
    }
}
