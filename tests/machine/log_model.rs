//! Random histories against a naive model: a list of batches, searched from the front.

use std::collections::BTreeMap;

use corelane::log::{
    Append, Found, Indexes, Log, Policy, Read, ReadPlan, Refusal, Retained, find_where,
};
use corelane::model::{Offset, Timestamp};
use corelane::records::stamp;
use fastrand::Rng;

use crate::log_disk::index_files;
use crate::log_fixture::{EPOCH, Sketch, at, facts_of, of_producer, plain};

/// A batch as the naive model remembers it.
#[derive(Clone, Copy, Debug)]
struct Known {
    sketch: Sketch,
    base: i64,
    last: i64,
}

/// The log under test, its files, and the model.
struct World {
    seed: u64,
    dice: Rng,
    log: Log,
    /// Segment files, whole; the log says how much of them is written.
    files: BTreeMap<Offset, Vec<u8>>,
    /// Index files of dropped indexes.
    indexes: BTreeMap<Offset, [Vec<u8>; 3]>,
    known: Vec<Known>,
    start: i64,
    now_ms: i64,
}

impl World {
    fn new(seed: u64) -> World {
        let mut dice = Rng::with_seed(seed);
        let policy = Policy {
            segment_bytes: dice.u32(400..3000),
            segment_ms: dice.i64(50..5000),
            index_bytes: dice.u32(36..500),
            index_interval_bytes: dice.u32(0..600),
            retention_ms: dice.i64(500..5000),
            retention_bytes: dice.i64(2000..9000),
            ..Policy::default()
        };
        World {
            seed,
            log: Log::new(policy, Offset(0), at(0)),
            files: BTreeMap::new(),
            indexes: BTreeMap::new(),
            known: Vec::new(),
            start: 0,
            now_ms: 0,
            dice,
        }
    }

    fn end(&self) -> i64 {
        self.known.last().map_or(0, |batch| batch.last + 1)
    }

    /// Offers a batch, most often the next of its producer, and compares the outcomes.
    fn append(&mut self) {
        let count = self.dice.i32(1..4);
        let sketch = match self.dice.i64(0..4) {
            3 => plain(count),
            id => {
                let (epoch, next) = self.next_sequence(id);
                match self.dice.u8(0..10) {
                    0 => of_producer(id, epoch, self.dice.i32(0..20), count),
                    1 => of_producer(id, epoch + 1, 0, count),
                    2 => of_producer(id, (epoch - 1).max(0), next, count),
                    3 => self
                        .repeat_of(id)
                        .unwrap_or(of_producer(id, epoch, next, count)),
                    _ => of_producer(id, epoch, next, count),
                }
            }
        };
        let back_ms = self.dice.i64(0..300);
        let sketch = sketch
            .at_ms(self.now_ms - back_ms)
            .sized(self.dice.usize(0..90));
        let mut bytes = sketch.bytes();
        let outcome = self.log.append(&facts_of(&bytes), EPOCH, at(self.now_ms));
        match (outcome, self.expect(&sketch)) {
            (Ok(Append::Staged(place)), Ok(None)) => {
                assert_eq!(place.base_offset.0, self.end(), "seed {}", self.seed);
                stamp(&mut bytes, place.base_offset, EPOCH);
                let file = self.files.entry(place.segment).or_default();
                assert_eq!(file.len(), place.position as usize);
                file.extend_from_slice(&bytes);
                self.known.push(Known {
                    sketch,
                    base: place.base_offset.0,
                    last: place.last_offset.0,
                });
            }
            (Ok(Append::Duplicate(known)), Ok(Some(base))) => {
                assert_eq!(known.base_offset.0, base, "seed {}", self.seed);
            }
            (Err(Refusal::OutOfOrderSequence { .. }), Err("order")) => {}
            (Err(Refusal::InvalidProducerEpoch { .. }), Err("epoch")) => {}
            (got, wanted) => panic!("seed {}: {got:?}, not {wanted:?}", self.seed),
        }
    }

    fn of_same_epoch(&self, id: i64) -> Vec<&Known> {
        let of_id = |k: &&Known| k.sketch.producer.is_some_and(|p| p.0 == id);
        let epoch = self
            .known
            .iter()
            .filter(of_id)
            .filter_map(|k| k.sketch.producer)
            .map(|p| p.1);
        let epoch = epoch.max().unwrap_or(0);
        let same = |k: &&Known| k.sketch.producer.is_some_and(|p| p.0 == id && p.1 == epoch);
        self.known.iter().filter(same).collect()
    }

    fn next_sequence(&self, id: i64) -> (i16, i32) {
        let batches = self.of_same_epoch(id);
        let last = batches
            .last()
            .and_then(|k| Some((k.sketch.producer?, k.sketch.count)));
        last.map_or((0, 0), |((_, epoch, first), count)| (epoch, first + count))
    }

    fn repeat_of(&mut self, id: i64) -> Option<Sketch> {
        let all: Vec<Sketch> = self.of_same_epoch(id).iter().map(|k| k.sketch).collect();
        let back = self.dice.usize(1..8);
        all.len().checked_sub(back).map(|at| all[at])
    }

    /// What Kafka would answer: the base offset of a duplicate, or what is wrong.
    fn expect(&self, sketch: &Sketch) -> Result<Option<i64>, &'static str> {
        let Some((id, epoch, first)) = sketch.producer else {
            return Ok(None);
        };
        let batches = self.of_same_epoch(id);
        let Some(current) = batches.last().and_then(|k| k.sketch.producer) else {
            return Ok(None);
        };
        let same = |k: &&&Known| {
            k.sketch.producer == Some((id, epoch, first)) && k.sketch.count == sketch.count
        };
        if let Some(known) = batches.iter().rev().take(5).find(same) {
            return Ok(Some(known.base));
        }
        let (_, next) = self.next_sequence(id);
        let wanted = if epoch == current.1 { next } else { 0 };
        match epoch < current.1 {
            true => Err("epoch"),
            false if first != wanted => Err("order"),
            false => Ok(None),
        }
    }

    fn complete(&mut self) {
        let unwritten = self
            .known
            .iter()
            .filter(|k| k.last >= self.log.written_end().0);
        let ends: Vec<i64> = unwritten.map(|k| k.last + 1).collect();
        if ends.is_empty() {
            return;
        }
        let end = Offset(ends[self.dice.usize(0..ends.len())]);
        match self.dice.bool() {
            true => self.log.on_durable(end),
            false => self.log.on_written(end),
        }
    }

    fn retain(&mut self) {
        let high = self.log.durable_end();
        let outcome = match self.dice.bool() {
            true => {
                let to = Offset(self.dice.i64(0..=high.0));
                self.log
                    .delete_records(to, high, at(self.now_ms))
                    .expect("legal")
            }
            false => match self.log.retain(high, at(self.now_ms)) {
                Retained::Trimmed(trimmed) => trimmed,
                Retained::All => return,
                Retained::NeedIndex(_) => panic!("this process wrote every segment"),
            },
        };
        assert!(outcome.log_start.0 >= self.start && outcome.log_start <= high);
        self.start = outcome.log_start.0;
        for base in outcome.deleted {
            assert!(self.log.segment(base).is_none());
            self.files.remove(&base);
        }
        let kept: usize = self.files.values().map(Vec::len).sum();
        assert_eq!(self.log.size(), kept as u64, "seed {}", self.seed);
    }

    fn drop_an_index(&mut self) {
        let closed = self.log.segments().rev().skip(1);
        let loaded: Vec<_> = closed.filter(|s| s.indexes().is_some()).collect();
        if loaded.is_empty() {
            return;
        }
        let segment = loaded[self.dice.usize(0..loaded.len())];
        let base = segment.base();
        let files = index_files(segment.indexes().expect("filtered"));
        self.indexes.insert(base, files);
        self.log.drop_index(base);
    }

    /// Asks until no index is missing.
    fn ask(&mut self, question: impl Fn(&Log) -> Read) -> Option<ReadPlan> {
        loop {
            match question(&self.log) {
                Read::Empty => return None,
                Read::Scan(plan) => return Some(plan),
                Read::NeedIndex(base) => {
                    let [a, b, c] = &self.indexes[&base];
                    let bytes = self.log.segment(base).expect("there").bytes();
                    let indexes = Indexes::parse([a, b, c], bytes);
                    self.log.load_index(base, indexes.expect("as written"));
                }
            }
        }
    }

    /// Scans as the shell does; gives the base offset of the batch that was found.
    fn scan(&self, plan: Option<ReadPlan>, wanted: impl Fn(i64, Timestamp) -> bool) -> Option<i64> {
        let plan = plan?;
        let mut from = plan.position as usize;
        let mut segment = plan.segment;
        loop {
            let file = self.files.get(&segment)?;
            let end = self.log.written_bytes(self.log.segment(segment)?) as usize;
            let range = &file[from..end];
            let found = find_where(range, |h| wanted(h.last_offset().0, h.max_timestamp()));
            match found.expect("whole headers") {
                Found::At(at) => {
                    let bytes = range[at..].first_chunk::<8>().expect("a header");
                    return Some(i64::from_be_bytes(*bytes));
                }
                Found::Beyond(_) => {
                    let after = self.files.range(segment.next()..).next();
                    (segment, from) = (*after?.0, 0);
                }
            }
        }
    }

    fn read(&mut self) {
        let offset = self.dice.i64(self.start..=self.end());
        let upper = self.dice.i64(offset..=self.end());
        let written = self.log.written_end().0;
        let plan = self.ask(|log| log.read(Offset(offset), Offset(upper)).expect("in range"));
        let found = self.scan(plan, |last, _| last >= offset);
        let wanted = self
            .known
            .iter()
            .find(|k| k.last >= offset && k.last < written);
        let wanted = wanted.filter(|_| offset < upper).map(|k| k.base);
        assert_eq!(
            found, wanted,
            "seed {} offset {offset} upper {upper}",
            self.seed
        );
    }

    fn seek(&mut self) {
        let time = at(self.dice.i64(-300..self.now_ms + 10));
        let (start, written) = (self.start, self.log.written_end().0);
        let plan = self.ask(|log| log.seek_timestamp(time));
        let found = self.scan(plan, |last, max| last >= start && max >= time);
        let wanted = self
            .known
            .iter()
            .find(|k| k.last >= start && k.last < written && at(k.sketch.at_ms) >= time);
        assert_eq!(
            found,
            wanted.map(|k| k.base),
            "seed {} time {time}",
            self.seed
        );
    }

    fn seek_largest(&mut self) {
        let plan = self.ask(|log| log.seek_largest().0);
        let (_, last) = self.log.seek_largest();
        let first = self
            .log
            .segments()
            .next()
            .map_or(0, |segment| segment.base().0);
        let alive = self.known.iter().filter(|k| k.base >= first);
        let best = alive.rev().max_by_key(|k| k.sketch.at_ms);
        let Some(best) = best.filter(|best| best.last < self.log.written_end().0) else {
            return;
        };
        assert_eq!(last.0, best.last, "seed {}", self.seed);
        let found = self.scan(plan, |at, _| at >= last.0);
        assert_eq!(found, Some(best.base), "seed {}", self.seed);
    }
}

#[test]
fn random_histories_agree_with_a_list_of_batches() {
    for seed in 0..150 {
        let mut world = World::new(seed);
        for _ in 0..300 {
            world.now_ms += world.dice.i64(0..20);
            match world.dice.u8(0..24) {
                0..10 => world.append(),
                10..14 => world.complete(),
                14 => world.retain(),
                15 => world.drop_an_index(),
                16..20 => world.read(),
                20..23 => world.seek(),
                _ => world.seek_largest(),
            }
        }
        assert!(
            world.log.active().base() > Offset(0),
            "seed {seed} never rolled"
        );
    }
}
