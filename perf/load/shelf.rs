use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::keys::{KeyStyle, Urn};
use super::template::{Body, Extent, Keys, Template};
use super::{Content, Dice, Shape};
use crate::perf::budget;

/// Templates of a run whose keys do not decide the partition: more, so that more keys come.
const VARIANTS_MAX: usize = 8;
/// As many where values are lines of a file, whose variety is what the file was named for.
const LINE_VARIANTS_MAX: usize = 64;
/// Memory of those variants together.
const VARIANT_BYTES_MAX: usize = 8 << 20;
/// Records of a template: no batch of tiny ones is larger.
const RECORDS_MAX: usize = 128 << 10;
/// Compressed bodies that one executor keeps.
const KEPT_MAX: usize = 4096;

/// The templates of a run; executors share them.
#[derive(Debug)]
pub struct Load {
    shape: Shape,
    templates: Vec<Template>,
    /// For drawing partitions: the weights of all up to each, added up; empty where partitions
    /// take turns.
    odds: Vec<f64>,
}

impl Load {
    /// Makes all records. `partitions` are those of the topic.
    pub fn prepare(shape: Shape, partitions: u32) -> Load {
        match shape.is_by_key() {
            true => Load::by_key(shape, partitions),
            false => Load::shared(shape),
        }
    }

    fn by_key(shape: Shape, partitions: u32) -> Load {
        let room = budget::TEMPLATES / partitions.max(1) as usize;
        let extent = Extent {
            batch_bytes: shape.batch_bytes.min(room),
            records: budget::TEMPLATE_RECORDS / partitions.max(1) as usize,
        };
        let mut dice = Dice::part(shape.seed, 1);
        let mut load = Load {
            shape,
            templates: Vec::new(),
            odds: Vec::new(),
        };
        if load.shape.keys == KeyStyle::FirstWord {
            for (content, share) in load.shape.content.split(partitions) {
                let drawn = Template::draw(extent, &content, Keys::FirstWords, &mut dice);
                load.push(drawn, share);
            }
            return load;
        }
        let content = load.shape.content.clone();
        let enough = 2 * extent.batch_bytes / (content.mean_bytes() as usize).max(8) + 1;
        for mut urn in Urn::split(load.shape.keys, partitions, enough.min(extent.records)) {
            let weight = urn.weight();
            let drawn = Template::draw(extent, &content, Keys::Drawn(&mut urn), &mut dice);
            load.push(drawn, weight);
        }
        load
    }

    /// The template of the next partition, and its weight against the others.
    fn push(&mut self, template: Template, weight: f64) {
        let before = self.odds.last().copied().unwrap_or(0.0);
        self.odds.push(before + weight);
        self.templates.push(template);
    }

    fn shared(shape: Shape) -> Load {
        let most = match (&shape.content, shape.keys) {
            (Content::Lines(_), _) => LINE_VARIANTS_MAX,
            (_, KeyStyle::None) => 1,
            _ => VARIANTS_MAX,
        };
        let variants = (VARIANT_BYTES_MAX / shape.batch_bytes.max(1)).clamp(1, most);
        let extent = Extent {
            batch_bytes: shape.batch_bytes,
            records: RECORDS_MAX.min(budget::TEMPLATE_RECORDS / variants),
        };
        let mut dice = Dice::part(shape.seed, 1);
        let mut urn = Urn::of(shape.keys, variants * RECORDS_MAX);
        let draw = |_| {
            let keys = match shape.keys {
                KeyStyle::None => Keys::None,
                KeyStyle::FirstWord => Keys::FirstWords,
                _ => Keys::Drawn(&mut urn),
            };
            Template::draw(extent, &shape.content, keys, &mut dice)
        };
        let templates = (0..variants).map(draw).collect();
        Load {
            shape,
            templates,
            odds: Vec::new(),
        }
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Records after which the first comes again.
    pub fn distinct_records(&self) -> usize {
        self.templates.iter().map(Template::count).sum()
    }

    /// The template of a slot where each partition has its own: topics share those.
    fn at(&self, slot: usize) -> usize {
        slot % self.templates.len().max(1)
    }

    /// Records of a full batch for a slot.
    pub fn full(&self, slot: usize) -> usize {
        match self.odds.is_empty() {
            true => self.templates.iter().map(Template::count).min(),
            false => self.templates.get(self.at(slot)).map(Template::count),
        }
        .unwrap_or(1)
    }

    /// The partition in its topic of the next record, by the odds of its keys; `None` where these
    /// do not decide.
    pub fn drawn_partition(&self, dice: &mut Dice) -> Option<usize> {
        let point = dice.fraction() * self.odds.last()?;
        Some(self.odds.partition_point(|sum| *sum < point))
    }
}

/// One executor's way to the load: what it compressed is kept for the next time, as far as there
/// is room.
#[derive(Debug)]
pub struct Shelf {
    load: Arc<Load>,
    kept: RefCell<Kept>,
    kept_bytes_max: usize,
    /// The next value where values are counted.
    counted: Cell<u64>,
    loose: Arc<AtomicUsize>,
    loose_bytes_max: usize,
}

/// A body that is not kept; it counts until the last request that has it is answered.
struct Loose {
    bytes: Vec<u8>,
    sum: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Loose {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        self.sum.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

#[derive(Debug, Default)]
struct Kept {
    bodies: BTreeMap<(usize, usize), Body>,
    bytes: usize,
}

impl Shelf {
    /// One of `shelves` that share the memory.
    pub fn new(load: Arc<Load>, shelves: usize) -> Shelf {
        Shelf {
            load,
            kept: RefCell::default(),
            kept_bytes_max: budget::KEPT / shelves.max(1),
            counted: Cell::new(0),
            loose: Arc::default(),
            loose_bytes_max: budget::LOOSE / shelves.max(1),
        }
    }

    /// Whether so much is on its way that was compressed for once that answers must come first.
    pub fn is_full(&self) -> bool {
        self.loose.load(Ordering::Relaxed) >= self.loose_bytes_max
    }

    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Records for batch number `turn`: `count` of them, at least 1, at most those of a full one.
    pub fn body(&self, slot: usize, turn: u64, count: usize) -> Body {
        if matches!(self.load.shape.content, Content::Counted) {
            let first = self.counted.replace(self.counted.get() + count as u64);
            let (body, packed) = Template::counted(first, count, self.load.shape.compression);
            return self.once(body, packed);
        }
        let templates = &self.load.templates;
        let at = match self.load.odds.is_empty() {
            true => (turn % templates.len() as u64) as usize,
            false => self.load.at(slot),
        };
        let template = &templates[at];
        match self.load.shape.is_compressed() {
            false => template.body(count),
            true => self.compressed(at, template, count),
        }
    }

    fn compressed(&self, at: usize, template: &Template, count: usize) -> Body {
        if let Some(body) = self.kept.borrow().bodies.get(&(at, count)) {
            return body.clone();
        }
        let (mut body, packed) = template.compressed(count, self.load.shape.compression);
        let mut kept = self.kept.borrow_mut();
        let bytes = kept.bytes + packed.len();
        if kept.bodies.len() < KEPT_MAX && bytes <= self.kept_bytes_max {
            body.records = packed.into();
            kept.bytes = bytes;
            kept.bodies.insert((at, count), body.clone());
            return body;
        }
        self.once(body, packed)
    }

    /// The records of a body that is not kept.
    fn once(&self, mut body: Body, packed: Vec<u8>) -> Body {
        self.loose.fetch_add(packed.len(), Ordering::Relaxed);
        let sum = self.loose.clone();
        body.records = Bytes::from_owner(Loose { bytes: packed, sum });
        body
    }
}

#[cfg(test)]
mod tests {
    use super::{Load, Shape, Shelf};
    use crate::perf::load::{Content, KeyStyle, Partitioner};
    use crate::records::{Codec, Compression};

    fn shelf(keys: KeyStyle, batch_bytes: usize) -> Shelf {
        let shape = Shape {
            content: Content::Made {
                min: 10_000,
                max: 10_000,
                entropy: 0.01,
            },
            keys,
            partitioner: Partitioner::Hash,
            compression: Compression::of(Codec::Lz4),
            batch_bytes,
            seed: 1,
        };
        Shelf::new(Load::prepare(shape, 40).into(), 1)
    }

    #[test]
    fn what_is_compressed_is_kept_or_counted_until_it_is_dropped() {
        let mut shelf = shelf(KeyStyle::Uniform(10_000), 64 << 10);
        (shelf.kept_bytes_max, shelf.loose_bytes_max) = (5_000, 20_000);
        let sent: Vec<_> = (0..40)
            .flat_map(|partition| {
                let full = shelf.load().full(partition);
                [full, full - 1].map(|count| shelf.body(partition, 0, count))
            })
            .collect();
        let again = shelf.body(0, 0, shelf.load().full(0));
        assert_eq!(again.records.as_ptr(), sent[0].records.as_ptr());
        assert!(shelf.is_full());
        drop(sent);
        assert!(!shelf.is_full());
        assert_eq!(shelf.loose.load(super::Ordering::Relaxed), 0);
    }

    #[test]
    fn records_made_ahead_take_no_more_memory_for_more_partitions() {
        let shelf = shelf(KeyStyle::Sequence, 32 << 20);
        let bytes: usize = shelf
            .load
            .templates
            .iter()
            .map(|template| template.body(template.count()).records.len())
            .sum();
        assert!(bytes <= super::budget::TEMPLATES && bytes > super::budget::TEMPLATES / 2);
    }
}
