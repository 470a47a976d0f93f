use std::fmt;
use std::ops::Range;

/// Who writes to a partition: a producer of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Author {
    pub run: u64,
    pub producer: u32,
    pub partition: u32,
}

/// Records that were acknowledged: `count` of one author's from its number `first` on, which
/// stand at `offset` and what follows. A negative offset is one that the broker did not tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Promise {
    pub author: Author,
    pub first: u64,
    pub count: u64,
    pub offset: i64,
}

impl Promise {
    /// The offsets, when they are known.
    pub fn offsets(&self) -> Range<i64> {
        self.offset..self.offset.saturating_add_unsigned(self.count)
    }

    /// The number of the record that stands at an offset of [`Promise::offsets`].
    pub fn number_at(&self, offset: i64) -> u64 {
        self.first + offset.abs_diff(self.offset)
    }

    /// Whether `next` goes on where this one ends, in number and in offset.
    pub fn is_followed_by(&self, next: &Promise) -> bool {
        self.author == next.author
            && self.first + self.count == next.first
            && self.offsets().end == next.offset
    }
}

/// One line of a ledger that is kept in a file. Lines are only added, so that a file tells the
/// truth whenever the process that writes it is killed.
///
/// | line | means |
/// |---|---|
/// | `run RUN` | a run begins, its number in hexadecimal |
/// | `ack RUN PARTITION PRODUCER FIRST COUNT OFFSET` | a [`Promise`] |
/// | `trim PARTITION OFFSET` | records below the offset may be deleted from now on |
/// | `forget` | the oldest records may be deleted, by retention |
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    Run(u64),
    Ack(Promise),
    Trim { partition: u32, offset: i64 },
    Forget,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Run(run) => write!(f, "run {run:x}"),
            Line::Ack(Promise {
                author,
                first,
                count,
                offset,
            }) => {
                let Author {
                    run,
                    producer,
                    partition,
                } = author;
                write!(
                    f,
                    "ack {run:x} {partition} {producer} {first} {count} {offset}"
                )
            }
            Line::Trim { partition, offset } => write!(f, "trim {partition} {offset}"),
            Line::Forget => f.write_str("forget"),
        }
    }
}

impl Line {
    /// None when the text is no line of a ledger.
    pub fn parse(text: &str) -> Option<Line> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        let rest: Vec<&str> = words.collect();
        match (kind, rest.as_slice()) {
            ("run", [run]) => Some(Line::Run(u64::from_str_radix(run, 16).ok()?)),
            ("ack", [run, partition, producer, first, count, offset]) => {
                let author = Author {
                    run: u64::from_str_radix(run, 16).ok()?,
                    producer: producer.parse().ok()?,
                    partition: partition.parse().ok()?,
                };
                Some(Line::Ack(Promise {
                    author,
                    first: first.parse().ok()?,
                    count: count.parse().ok()?,
                    offset: offset.parse().ok()?,
                }))
            }
            ("trim", [partition, offset]) => Some(Line::Trim {
                partition: partition.parse().ok()?,
                offset: offset.parse().ok()?,
            }),
            ("forget", []) => Some(Line::Forget),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Author, Line, Promise};

    #[test]
    fn every_line_comes_back_and_others_are_refused() {
        let author = Author {
            run: u64::MAX,
            producer: 3,
            partition: 70_000,
        };
        let ack = Promise {
            author,
            first: 5,
            count: 7,
            offset: -1,
        };
        let (partition, offset) = (4, 900);
        for line in [
            Line::Run(7),
            Line::Ack(ack),
            Line::Trim { partition, offset },
            Line::Forget,
        ] {
            assert_eq!(Line::parse(&line.to_string()), Some(line));
        }
        for wrong in ["", "ack 1 2", "forget it", "run x", "trim 1 2 3"] {
            assert_eq!(Line::parse(wrong), None, "{wrong:?}");
        }
    }
}
