use bytes::Bytes;
use regex::bytes::Regex;

use super::Dice;
use crate::client::partition_of_key;
use crate::perf::budget;

/// The byte that fills the part of a value that is not random.
const FILL: u8 = b'a';

/// What the longest number takes.
const COUNTED_BYTES: usize = 20;

/// Where the values of records come from.
#[derive(Clone, Debug)]
pub enum Content {
    /// Made up: `min` to `max` bytes, of which the share `entropy` (0 to 1) is random.
    Made {
        min: usize,
        max: usize,
        entropy: f64,
    },
    /// Drawn from the lines of a file.
    Lines(Vec<Bytes>),
    /// The digits of 0, 1, 2 and so on: made as they are sent, not ahead.
    Counted,
}

impl Content {
    /// The lines of a payload file, without what is between them; empty ones are left out, and
    /// those behind the first [`budget::PAYLOAD_LINES`].
    pub fn of_file(bytes: &Bytes, delimiter: &Regex) -> Content {
        let lines = delimiter.split(bytes);
        let lines = lines.filter(|line| !line.is_empty());
        let lines = lines.take(budget::PAYLOAD_LINES);
        Content::Lines(lines.map(|line| bytes.slice_ref(line)).collect())
    }

    /// The lines whose first words hash to each partition, and what share of all they are. Where
    /// there are none, the first line of all stands in for them, with no share.
    pub fn split(&self, partitions: u32) -> Vec<(Content, f64)> {
        let mut parts = vec![Vec::new(); partitions as usize];
        let lines: &[Bytes] = match self {
            Content::Made { .. } | Content::Counted => &[],
            Content::Lines(lines) => lines,
        };
        for line in lines {
            let partition = usize::try_from(partition_of_key(first_word(line), partitions));
            if let Some(part) = partition.ok().and_then(|at| parts.get_mut(at)) {
                part.push(line.clone());
            }
        }
        let share = |part: Vec<Bytes>| match part.is_empty() {
            true => (Content::Lines(lines.iter().take(1).cloned().collect()), 0.0),
            false => {
                let weight = part.len() as f64 / lines.len() as f64;
                (Content::Lines(part), weight)
            }
        };
        parts.into_iter().map(share).collect()
    }

    /// The mean length of a value, in bytes.
    pub fn mean_bytes(&self) -> f64 {
        match self {
            Content::Made { min, max, .. } => (min + max) as f64 / 2.0,
            Content::Counted => COUNTED_BYTES as f64,
            Content::Lines(lines) => {
                let bytes: usize = lines.iter().map(Bytes::len).sum();
                bytes as f64 / lines.len().max(1) as f64
            }
        }
    }

    /// The length of the longest value, in bytes.
    pub fn longest(&self) -> usize {
        match self {
            Content::Made { max, .. } => *max,
            Content::Counted => COUNTED_BYTES,
            Content::Lines(lines) => lines.iter().map(Bytes::len).max().unwrap_or(0),
        }
    }

    /// Puts the next value into `value`, in place of what was there.
    pub fn draw(&self, dice: &mut Dice, value: &mut Vec<u8>) {
        value.clear();
        match self {
            Content::Made { min, max, entropy } => {
                let len = min + dice.below(max - min + 1);
                value.resize(len, FILL);
                let random = (len as f64 * entropy).round() as usize;
                dice.fill(&mut value[..random.min(len)]);
            }
            Content::Lines(lines) => value.extend_from_slice(&lines[dice.below(lines.len())]),
            // Only the room that it takes: see `Template::counted`.
            Content::Counted => value.resize(COUNTED_BYTES, b'0'),
        }
    }
}

/// What stands before the first blank of a line.
pub fn first_word(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == b' ').next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Content, Dice, Regex, first_word};
    use crate::client::partition_of_key;

    fn lines(text: &'static [u8], delimiter: &str) -> Content {
        let delimiter = Regex::new(delimiter).expect("an expression");
        Content::of_file(&Bytes::from_static(text), &delimiter)
    }

    #[test]
    fn lines_go_to_the_partitions_of_their_first_words() {
        let text = b"10.0.0.1 GET a\n10.0.0.2 GET b\n10.0.0.1 GET c\nx\n";
        let parts = lines(text, "\n").split(64);
        let shares: f64 = parts.iter().map(|(_, share)| share).sum();
        assert_eq!((parts.len(), shares), (64, 1.0));
        let filled = parts.iter().enumerate().filter(|(_, part)| part.1 > 0.0);
        for (partition, (content, _)) in filled {
            let Content::Lines(lines) = content else {
                panic!("made up content");
            };
            for line in lines {
                assert_eq!(partition_of_key(first_word(line), 64), partition as i32);
            }
        }
        assert_eq!(first_word(b"alone"), b"alone");
    }

    #[test]
    fn values_keep_to_their_range_and_entropy() {
        let content = Content::Made {
            min: 10,
            max: 20,
            entropy: 0.5,
        };
        let (mut dice, mut value) = (Dice::new(1), Vec::new());
        for _ in 0..100 {
            content.draw(&mut dice, &mut value);
            assert!((10..=20).contains(&value.len()));
            assert!(value.ends_with(b"aaaaa"));
        }
        assert_eq!(content.mean_bytes(), 15.0);
    }

    #[test]
    fn a_file_gives_its_lines() {
        let content = lines(b"one\r\n\nthree\n", "\r?\n");
        assert_eq!((content.mean_bytes(), content.longest()), (4.0, 5));
        let (mut dice, mut value) = (Dice::new(1), Vec::new());
        content.draw(&mut dice, &mut value);
        assert!(value == b"one" || value == b"three");
    }
}
