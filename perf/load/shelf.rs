use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::{KeyStyle, Urn};
use super::template::{Body, Extent, Keys, Template};
use super::{Dice, Shape};

/// Memory for all templates of a run. Where many partitions need their own, each gets a smaller
/// one, and its batches are full earlier.
const TEMPLATE_BYTES_MAX: usize = 64 << 20;
/// Templates of a run whose keys do not decide the partition: more, so that more keys come.
const VARIANTS_MAX: usize = 8;
/// Memory of those variants together.
const VARIANT_BYTES_MAX: usize = 8 << 20;
/// Records of a template, so that tiny records do not take more memory for their marks.
const RECORDS_MAX: usize = 100_000;
/// Compressed bodies that one executor keeps, and their bytes.
const KEPT_MAX: usize = 4096;
const KEPT_BYTES_MAX: usize = 16 << 20;

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
        let room = TEMPLATE_BYTES_MAX / partitions.max(1) as usize;
        let extent = Extent {
            batch_bytes: shape.batch_bytes.min(room),
            records: RECORDS_MAX / partitions.max(1) as usize + 1000,
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
        let extent = Extent {
            batch_bytes: shape.batch_bytes,
            records: RECORDS_MAX,
        };
        let variants = match shape.keys {
            KeyStyle::None => 1,
            _ => (VARIANT_BYTES_MAX / shape.batch_bytes.max(1)).clamp(1, VARIANTS_MAX),
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

    /// Records of a full batch for a partition.
    pub fn full(&self, partition: usize) -> usize {
        match self.odds.is_empty() {
            true => self.templates.iter().map(Template::count).min(),
            false => self.templates.get(partition).map(Template::count),
        }
        .unwrap_or(1)
    }

    /// The partition of the next record by the odds of its keys; `None` where these do not
    /// decide.
    pub fn drawn_partition(&self, dice: &mut Dice) -> Option<usize> {
        let point = dice.fraction() * self.odds.last()?;
        Some(self.odds.partition_point(|sum| *sum < point))
    }
}

/// One executor's way to the load: what it compressed is kept for the next time.
#[derive(Debug)]
pub struct Shelf {
    load: Arc<Load>,
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bodies: BTreeMap<(usize, usize), Body>,
    bytes: usize,
}

impl Shelf {
    pub fn new(load: Arc<Load>) -> Shelf {
        Shelf {
            load,
            kept: RefCell::default(),
        }
    }

    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Records for batch number `turn`: `count` of them, at least 1, at most those of a full one.
    pub fn body(&self, partition: usize, turn: u64, count: usize) -> Body {
        let templates = &self.load.templates;
        let at = match self.load.odds.is_empty() {
            true => (turn % templates.len() as u64) as usize,
            false => partition,
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
        let body = template.compressed(count, self.load.shape.compression);
        let mut kept = self.kept.borrow_mut();
        if kept.bodies.len() < KEPT_MAX && kept.bytes + body.records.len() <= KEPT_BYTES_MAX {
            kept.bytes += body.records.len();
            kept.bodies.insert((at, count), body.clone());
        }
        body
    }
}
