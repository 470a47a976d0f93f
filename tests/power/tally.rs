use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::options::{Harm, Options};

/// What one look at a topic found.
#[derive(Clone, Copy, Default, Debug)]
pub struct Count {
    pub acked: u64,
    pub lost: u64,
    pub moved: u64,
    pub changed: u64,
    /// Duplicated, out of order, behind a gap, or of an earlier topic of that name.
    pub odd: u64,
}

impl Count {
    pub fn is_good(&self) -> bool {
        self.lost + self.moved + self.changed + self.odd == 0
    }
}

/// The sum over all topics, each as it was seen last.
#[derive(Default)]
pub struct Tally {
    pub cuts: u32,
    /// By topic.
    pub counts: BTreeMap<String, Count>,
    /// Whatever else was wrong, in words.
    pub troubles: Vec<String>,
}

impl Tally {
    pub fn trouble(&mut self, words: String) {
        println!("WRONG after {} cuts: {words}", self.cuts);
        self.troubles.push(words);
    }

    pub fn sum(&self) -> Count {
        let add = |sum: Count, count: &Count| Count {
            acked: sum.acked + count.acked,
            lost: sum.lost + count.lost,
            moved: sum.moved + count.moved,
            changed: sum.changed + count.changed,
            odd: sum.odd + count.odd,
        };
        self.counts.values().fold(Count::default(), add)
    }

    pub fn is_good(&self) -> bool {
        self.sum().is_good() && self.troubles.is_empty()
    }

    /// Prints the last line, and gives the exit code that agrees with it.
    pub fn conclude(&self, options: &Options) -> ExitCode {
        let sum = self.sum();
        if sum.odd > 0 || !self.troubles.is_empty() {
            println!("{} records are odd", sum.odd);
            println!("{} other troubles", self.troubles.len());
        }
        let harms = match options.harm.as_slice() {
            [Harm::Power] => "cuts",
            [Harm::Kill] => "kills",
            [Harm::Full] => "fills",
            _ => "harms",
        };
        println!(
            "{harms} {}, acked {}, lost {}, moved {}, changed {}",
            self.cuts, sum.acked, sum.lost, sum.moved, sum.changed
        );
        let is_as_wanted = match options.control {
            true => sum.lost > 0,
            false => self.is_good() && sum.acked > 0,
        };
        match is_as_wanted {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}
