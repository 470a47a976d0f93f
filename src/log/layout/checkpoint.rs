use super::Malformed;
use crate::log::{EpochStart, Epochs};
use crate::model::{LeaderEpoch, Offset, TopicName, TopicPartition};

/// Lines of a checkpoint file: `0`, the number of entries, one entry a line
/// (`CheckpointFile.java`).
const VERSION: &str = "0";

/// An offset checkpoint of a data directory: `<topic> <partition> <offset>` a line.
pub fn encode_offsets<'a>(
    entries: impl ExactSizeIterator<Item = (&'a TopicPartition, Offset)>,
) -> String {
    let mut text = head(entries.len());
    for (partition, offset) in entries {
        text += &format!("{} {} {offset}\n", partition.topic, partition.index);
    }
    text
}

pub fn decode_offsets(text: &str) -> Result<Vec<(TopicPartition, Offset)>, Malformed> {
    decode(text, "<topic> <partition> <offset>", |fields| {
        let [topic, index, offset] = fields else {
            return None;
        };
        let topic = TopicName::parse(topic).ok()?;
        let index = legal(index.parse().ok()?, 0)?;
        let offset = legal(offset.parse().ok()?, 0)?;
        Some((TopicPartition { topic, index }, Offset(offset)))
    })
}

/// The leader-epoch checkpoint of a partition: `<epoch> <start offset>` a line.
pub fn encode_epochs(epochs: &Epochs) -> String {
    let mut text = head(epochs.entries().len());
    for entry in epochs.entries() {
        text += &format!("{} {}\n", entry.epoch, entry.start);
    }
    text
}

pub fn decode_epochs(text: &str) -> Result<Epochs, Malformed> {
    let entries = decode(text, "<epoch> <start offset>", |fields| {
        let [epoch, start] = fields else {
            return None;
        };
        Some(EpochStart {
            epoch: LeaderEpoch(epoch.parse().ok()?),
            start: Offset(start.parse().ok()?),
        })
    })?;
    Epochs::from_entries(entries).ok_or(Malformed::Order)
}

fn head(count: usize) -> String {
    format!("{VERSION}\n{count}\n")
}

fn legal<T: PartialOrd>(value: T, least: T) -> Option<T> {
    (value >= least).then_some(value)
}

/// Fields of a line; no entry of ours has more.
const FIELDS_MAX: usize = 3;

fn decode<T>(
    text: &str,
    expected: &'static str,
    parse: impl Fn(&[&str]) -> Option<T>,
) -> Result<Vec<T>, Malformed> {
    let mut lines = text.lines().zip(1..);
    expect(lines.next(), "0", |line| (line == VERSION).then_some(()))?;
    let count: usize = expect(lines.next(), "the number of entries", |line| {
        line.parse().ok()
    })?;
    let mut entries = Vec::new();
    for (line, number) in lines {
        let mut fields: [&str; FIELDS_MAX + 1] = Default::default();
        let mut used = 0;
        for field in line.split_ascii_whitespace().take(FIELDS_MAX + 1) {
            fields[used] = field;
            used += 1;
        }
        entries.push(expect(Some((line, number)), expected, |_| {
            parse(&fields[..used])
        })?);
    }
    if entries.len() != count {
        return Err(Malformed::Line {
            line: 2,
            expected: "the number of entries that follow",
            found: format!("{count}, and {} entries", entries.len()),
        });
    }
    Ok(entries)
}

fn expect<T>(
    line: Option<(&str, usize)>,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Malformed> {
    let (text, number) = line.unwrap_or(("", 1));
    parse(text).ok_or_else(|| Malformed::Line {
        line: number,
        expected,
        found: text.chars().take(80).collect(),
    })
}
