use std::collections::{BTreeMap, BTreeSet};

use super::promise::{Author, Line, Promise};

/// Everything that brokers have acknowledged on one topic.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By partition and first offset; they do not overlap.
    placed: BTreeMap<(u32, i64), Promise>,
    /// Whose offset the broker did not tell.
    pub unplaced: Vec<Promise>,
    /// Whose offsets were promised to others before: a fault already.
    pub contested: Vec<Promise>,
    runs: BTreeSet<u64>,
    /// Offsets below which records may have been deleted, by partition.
    trims: BTreeMap<u32, i64>,
    may_forget: bool,
}

impl Ledger {
    /// What a file holds. The last line may be torn; any other must be one, or the text of the
    /// line that is none is given.
    pub fn parse(text: &str) -> Result<Ledger, String> {
        let mut ledger = Ledger::default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _torn)| whole);
        for line in whole.lines() {
            ledger.add(Line::parse(line).ok_or(line)?);
        }
        Ok(ledger)
    }

    pub fn add(&mut self, line: Line) {
        match line {
            Line::Run(run) => drop(self.runs.insert(run)),
            Line::Ack(promise) => self.promise(promise),
            Line::Trim { partition, offset } => {
                let trim = self.trims.entry(partition).or_insert(offset);
                *trim = offset.max(*trim);
            }
            Line::Forget => self.may_forget = true,
        }
    }

    /// Adds what another executor has noted.
    pub fn absorb(&mut self, other: Ledger) {
        self.runs.extend(other.runs);
        let placed = other.placed.into_values();
        for promise in placed.chain(other.unplaced).chain(other.contested) {
            self.promise(promise);
        }
    }

    fn promise(&mut self, promise: Promise) {
        if promise.offset < 0 {
            return self.unplaced.push(promise);
        }
        let partition = promise.author.partition;
        let range = (partition, 0)..(partition, promise.offsets().end);
        match self.placed.range_mut(range).next_back() {
            Some((_, before)) if before.offsets().end > promise.offset => {
                self.contested.push(promise);
            }
            Some((_, before)) if before.is_followed_by(&promise) => before.count += promise.count,
            _ => drop(self.placed.insert((partition, promise.offset), promise)),
        }
    }

    pub fn placed(&self) -> impl Iterator<Item = &Promise> {
        self.placed.values()
    }

    pub fn knows(&self, run: u64) -> bool {
        self.runs.contains(&run)
    }

    /// Whose record, and which of theirs, was promised an offset.
    pub fn at(&self, partition: u32, offset: i64) -> Option<(Author, u64)> {
        let range = (partition, 0)..=(partition, offset);
        let (_, promise) = self.placed.range(range).next_back()?;
        promise
            .offsets()
            .contains(&offset)
            .then(|| (promise.author, promise.number_at(offset)))
    }

    /// Whether a partition may begin at `start`, the records below it deleted.
    pub fn may_begin(&self, partition: u32, start: i64) -> bool {
        let trimmed = self.trims.get(&partition);
        self.may_forget || trimmed.is_some_and(|trim| *trim >= start)
    }

    pub fn acked(&self) -> u64 {
        let unplaced = self.unplaced.iter().chain(&self.contested);
        let all = self.placed.values().chain(unplaced);
        all.map(|promise| promise.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Author, Ledger, Line, Promise};

    fn ack(producer: u32, first: u64, count: u64, offset: i64) -> Line {
        let author = Author {
            producer,
            ..Author::default()
        };
        Line::Ack(Promise {
            author,
            first,
            count,
            offset,
        })
    }

    fn ledger(lines: &[Line]) -> Ledger {
        let mut ledger = Ledger::default();
        lines.iter().for_each(|line| ledger.add(*line));
        ledger
    }

    #[test]
    fn promises_that_follow_each_other_are_one_and_are_found_by_offset() {
        let ledger = ledger(&[ack(1, 0, 4, 10), ack(1, 4, 2, 14), ack(2, 0, 1, 16)]);
        assert_eq!(ledger.placed().count(), 2);
        assert_eq!(ledger.acked(), 7);
        let number = |offset| ledger.at(0, offset).map(|(by, at)| (by.producer, at));
        assert_eq!(number(9), None);
        assert_eq!((number(10), number(15)), (Some((1, 0)), Some((1, 5))));
        assert_eq!((number(16), number(17)), (Some((2, 0)), None));
    }

    #[test]
    fn an_offset_promised_twice_is_contested() {
        let first = [ack(1, 0, 4, 10), ack(1, 9, 3, 20)];
        for again in [ack(2, 0, 1, 13), ack(2, 0, 5, 6), ack(2, 0, 30, 0)] {
            let ledger = ledger(&[first[0], first[1], again]);
            assert_eq!((ledger.placed().count(), ledger.contested.len()), (2, 1));
        }
        let beside = ledger(&[first[0], first[1], ack(2, 0, 6, 14)]);
        assert_eq!((beside.placed().count(), beside.contested.len()), (3, 0));
    }

    #[test]
    fn a_file_is_read_but_for_a_torn_end() {
        let text = "run 1f\nack 1f 0 0 0 5 0\nack 1f 0 0 5 5 5\ntrim 0 3\nack 1f 0 0 10 5";
        let ledger = Ledger::parse(text).unwrap();
        assert_eq!((ledger.acked(), ledger.knows(0x1f)), (10, true));
        assert!(ledger.may_begin(0, 3) && !ledger.may_begin(0, 4) && !ledger.may_begin(1, 1));
        assert_eq!(Ledger::parse("run 1f\nhello\n").unwrap_err(), "hello");
        assert_eq!(Ledger::parse("").unwrap().acked(), 0);
    }
}
