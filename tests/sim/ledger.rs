//! What the broker has promised, and what it turns out to hold.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use corelane::io::clock;
use corelane::model::Instant;

use crate::consumer::Held;

/// A record by who sent it, where, as which; its bytes follow from these.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mark {
    pub partition: i32,
    pub producer: u32,
    pub sequence: i32,
}

impl Mark {
    /// The record's value: the mark in words, then filler whose length the mark decides.
    pub fn to_value(self) -> Vec<u8> {
        let Mark {
            partition,
            producer,
            sequence,
        } = self;
        let mut value = format!("{partition} {producer} {sequence} ").into_bytes();
        let scrambled = (sequence as u32 ^ producer.rotate_left(9)).wrapping_mul(0x9e37_79b9);
        let filler = match scrambled >> 28 {
            0 => (scrambled >> 8) % 20_000,
            1..6 => (scrambled >> 8) % 3_000,
            _ => (scrambled >> 8) % 100,
        };
        value.extend((0..filler).map(|index| (scrambled >> (index % 24)) as u8));
        value
    }

    /// None when the bytes are not exactly those of a mark.
    pub fn of_value(value: &[u8]) -> Option<Mark> {
        let words = value.splitn(4, |byte| *byte == b' ').take(3);
        let mut numbers = words.map(|word| std::str::from_utf8(word).ok()?.parse::<u32>().ok());
        let partition = i32::try_from(numbers.next()??).ok()?;
        let producer = numbers.next()??;
        let sequence = i32::try_from(numbers.next()??).ok()?;
        let mark = Mark {
            partition,
            producer,
            sequence,
        };
        (mark.to_value() == value).then_some(mark)
    }
}

/// One thing that must not be.
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint(pub String);

impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands at an offset, and since when that is known.
struct Promise {
    mark: Mark,
    at: Instant,
}

/// Promises of the broker: offsets that were acked to a producer or shown to a consumer.
#[derive(Default)]
pub struct Ledger {
    promised: RefCell<BTreeMap<(i32, i64), Promise>>,
    complaints: RefCell<Vec<Complaint>>,
}

impl Ledger {
    pub fn complain(&self, words: impl Into<String>) {
        self.complaints.borrow_mut().push(Complaint(words.into()));
    }

    pub fn complaints(&self) -> Vec<Complaint> {
        self.complaints.borrow().clone()
    }

    /// From now on `mark` stands at `offset`, for ever.
    pub fn promise(&self, offset: i64, mark: Mark) {
        let place = (mark.partition, offset);
        let at = clock::now();
        let mut promised = self.promised.borrow_mut();
        let before = promised.entry(place).or_insert(Promise { mark, at }).mark;
        if before != mark {
            self.complain(format!(
                "offset {offset} was promised to {before:?}, then {mark:?}"
            ));
        }
    }

    pub fn promises(&self) -> usize {
        self.promised.borrow().len()
    }

    /// Compares what a partition holds, in order, with what was promised. What precedes its start
    /// was taken away by retention or DeleteRecords.
    pub fn audit(&self, partition: i32, held: &Held) {
        self.audit_promises(partition, held);
        self.audit_order(partition, held);
    }

    /// The same, but for what stands where nothing was promised.
    pub fn audit_promises(&self, partition: i32, held: &Held) {
        let Held { start, records } = held;
        for (index, (offset, _)) in records.iter().enumerate() {
            if *offset != start + index as i64 {
                return self.complain(format!(
                    "partition {partition}: {offset} at {index} after {start}"
                ));
            }
        }
        let places = (partition, *start)..(partition + 1, 0);
        for ((_, offset), Promise { mark, .. }) in self.promised.borrow().range(places) {
            match records.get((offset - start) as usize) {
                Some((_, found)) if found == mark => {}
                Some((_, found)) => {
                    self.complain(format!(
                        "{mark:?} was promised {offset}; there is {found:?}"
                    ));
                }
                None => {
                    let end = start + records.len() as i64;
                    self.complain(format!("{mark:?} was promised {offset}; the end is {end}"));
                }
            }
        }
    }

    /// The end of a partition may be lost: at most so many records, all of them promised after
    /// `since`. What was lost is promised no more.
    pub fn forgive(&self, partition: i32, held: &Held, most: usize, since: Instant) {
        let end = held.start + held.records.len() as i64;
        let places = (partition, end)..(partition + 1, 0);
        let lost: Vec<_> = self
            .promised
            .borrow_mut()
            .extract_if(places, |_, _| true)
            .collect();
        let promised_end = lost.last().map_or(end, |((_, offset), _)| offset + 1);
        if promised_end - end > most as i64 {
            self.complain(format!(
                "partition {partition} ends at {end}, was promised to {promised_end}; \
                 {most} may be lost"
            ));
        }
        for ((_, offset), Promise { mark, at }) in lost {
            if at <= since {
                self.complain(format!(
                    "{mark:?} at {offset} was promised at {at:?}, flushed by {since:?}, and is lost"
                ));
            }
        }
    }

    /// Every record once, and those of one producer in the order in which it sent them.
    fn audit_order(&self, partition: i32, held: &Held) {
        let mut seen = BTreeSet::new();
        let mut last: BTreeMap<u32, i32> = BTreeMap::new();
        for (offset, mark) in &held.records {
            if mark.partition != partition {
                self.complain(format!("{mark:?} stands in partition {partition}"));
            }
            if !seen.insert(*mark) {
                self.complain(format!("{mark:?} stands twice, again at {offset}"));
            }
            let before = last.insert(mark.producer, mark.sequence);
            let follows = match before {
                Some(before) => mark.sequence == before + 1,
                None => mark.sequence == 0 || held.start > 0,
            };
            if !follows {
                self.complain(format!(
                    "{mark:?} at {offset} follows its number {before:?}"
                ));
            }
        }
    }
}
