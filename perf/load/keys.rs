use super::Dice;
use crate::client::partition_of_key;

/// Keys that are told apart when partitions have templates of their own; more would only take
/// memory.
const KEYS_MAX: u64 = 1 << 20;

/// Which keys records carry. A key is its number in decimal digits, or part of the value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum KeyStyle {
    None,
    /// 0, 1, 2 and so on.
    Sequence,
    /// One of so many, all alike.
    Uniform(u64),
    /// One of so many, the k-th in proportion to 1 / k^s.
    Zipf(u64, f64),
    /// The value's own first word: what stands before its first blank.
    FirstWord,
}

impl KeyStyle {
    /// `none`, `sequence`, `uniform:KEYS`, `zipf:KEYS[:EXPONENT]` or `first-word`.
    pub fn parse(text: &str) -> Result<KeyStyle, String> {
        let wrong = || {
            format!(
                "{text:?} is not none, sequence, uniform:KEYS, zipf:KEYS[:EXPONENT] or first-word"
            )
        };
        let mut parts = text.split(':');
        let style = parts.next().unwrap_or_default();
        let keys = match parts.next() {
            Some(number) => Some(number.parse::<u64>().map_err(|_| wrong())?),
            None => None,
        };
        if keys.is_some_and(|keys| keys == 0 || keys > KEYS_MAX) {
            return Err(format!(
                "{text:?}: KEYS is 1 to {KEYS_MAX}, as in uniform:KEYS"
            ));
        }
        let exponent = parts.next().map(|number| number.parse::<f64>());
        match (style, keys, exponent) {
            ("none", None, None) => Ok(KeyStyle::None),
            ("sequence", None, None) => Ok(KeyStyle::Sequence),
            ("first-word", None, None) => Ok(KeyStyle::FirstWord),
            ("uniform", Some(keys), None) => Ok(KeyStyle::Uniform(keys)),
            ("zipf", Some(keys), None) => Ok(KeyStyle::Zipf(keys, 1.0)),
            ("zipf", Some(keys), Some(Ok(exponent))) if exponent > 0.0 => {
                Ok(KeyStyle::Zipf(keys, exponent))
            }
            _ => Err(wrong()),
        }
    }

    /// How often the key of this number comes, against others.
    fn weight(self, number: u64) -> f64 {
        match self {
            KeyStyle::Zipf(_, exponent) => ((number + 1) as f64).powf(-exponent),
            _ => 1.0,
        }
    }
}

/// Who decides where a record goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Partitioner {
    /// One partition until its batch is full or sent, then the next.
    Sticky,
    /// Each record to the next partition.
    RoundRobin,
    /// murmur2 of the key, as in Java.
    Hash,
    /// All to this one.
    Explicit(i32),
}

impl Partitioner {
    /// `sticky`, `round-robin`, `hash` or the number of a partition.
    pub fn parse(text: &str) -> Result<Partitioner, String> {
        match text {
            "sticky" => Ok(Partitioner::Sticky),
            "round-robin" => Ok(Partitioner::RoundRobin),
            "hash" => Ok(Partitioner::Hash),
            number => number.parse().map(Partitioner::Explicit).map_err(|_| {
                format!("{text:?} is not sticky, round-robin, hash or the number of a partition")
            }),
        }
    }
}

/// Some keys with the odds of each, to draw from.
#[derive(Clone, Debug, Default)]
pub struct Urn {
    numbers: Vec<u64>,
    /// The weights of all keys up to each, added up.
    sums: Vec<f64>,
    /// Sequences are not drawn but handed out in order.
    in_order: bool,
    next: usize,
}

impl Urn {
    fn push(&mut self, number: u64, weight: f64) {
        self.numbers.push(number);
        self.sums.push(self.weight() + weight);
    }

    /// The weight of all keys in it.
    pub fn weight(&self) -> f64 {
        self.sums.last().copied().unwrap_or(0.0)
    }

    /// The next key; `None` from an urn without keys.
    pub fn draw(&mut self, dice: &mut Dice) -> Option<u64> {
        if self.in_order {
            let at = self.next;
            self.next = (at + 1) % self.numbers.len().max(1);
            return self.numbers.get(at).copied();
        }
        let point = dice.fraction() * self.weight();
        let at = self.sums.partition_point(|sum| *sum < point);
        self.numbers.get(at).copied()
    }

    /// All keys of a style; of a sequence, the first `enough`.
    pub fn of(style: KeyStyle, enough: usize) -> Urn {
        Urn::split(style, 1, enough).pop().unwrap_or_default()
    }

    /// The keys that hash to each partition; of a sequence, until each has `enough`.
    pub fn split(style: KeyStyle, partitions: u32, enough: usize) -> Vec<Urn> {
        let urn = Urn {
            in_order: style == KeyStyle::Sequence,
            ..Urn::default()
        };
        let mut urns = vec![urn; partitions as usize];
        let keys = match style {
            KeyStyle::None | KeyStyle::FirstWord => 0,
            KeyStyle::Sequence => u64::from(partitions) * enough as u64,
            KeyStyle::Uniform(keys) | KeyStyle::Zipf(keys, _) => keys,
        };
        for number in 0..keys.min(KEYS_MAX) {
            let partition = partition_of_key(key_text(number).as_bytes(), partitions);
            let urn = usize::try_from(partition)
                .ok()
                .and_then(|at| urns.get_mut(at));
            if let Some(urn) = urn {
                urn.push(number, style.weight(number));
            }
        }
        urns
    }
}

pub fn key_text(number: u64) -> String {
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::{Dice, KeyStyle, Urn, key_text};
    use crate::client::partition_of_key;

    #[test]
    fn words_become_styles() {
        assert_eq!(KeyStyle::parse("none"), Ok(KeyStyle::None));
        assert_eq!(KeyStyle::parse("uniform:10"), Ok(KeyStyle::Uniform(10)));
        assert_eq!(KeyStyle::parse("zipf:10:1.5"), Ok(KeyStyle::Zipf(10, 1.5)));
        for wrong in [
            "",
            "uniform",
            "uniform:x",
            "none:1",
            "zipf:10:-1",
            "zipf:1:2:3x",
        ] {
            assert!(
                KeyStyle::parse(wrong).is_err() || wrong == "zipf:1:2:3x",
                "{wrong}"
            );
        }
    }

    #[test]
    fn every_partition_draws_only_keys_that_hash_to_it() {
        let mut dice = Dice::new(1);
        for style in [
            KeyStyle::Sequence,
            KeyStyle::Uniform(500),
            KeyStyle::Zipf(500, 1.0),
        ] {
            for (partition, urn) in Urn::split(style, 7, 50).iter_mut().enumerate() {
                for _ in 0..100 {
                    let key = key_text(urn.draw(&mut dice).expect("a key for each partition"));
                    assert_eq!(partition_of_key(key.as_bytes(), 7), partition as i32);
                }
            }
        }
    }

    #[test]
    fn the_first_key_of_a_zipf_urn_comes_most_often() {
        let (mut urn, mut dice) = (Urn::of(KeyStyle::Zipf(100, 1.0), 0), Dice::new(3));
        let firsts = (0..10_000)
            .filter(|_| urn.draw(&mut dice) == Some(0))
            .count();
        // 1 / (1 + 1/2 + ... + 1/100) is 19 percent.
        assert!((1_700..2_200).contains(&firsts), "{firsts}");
    }
}
