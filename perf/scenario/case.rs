use std::collections::BTreeMap;
use std::time::Duration;

use super::load::{Kind, Load};

/// Combinations of one step; a file that asks for more is surely a slip.
pub const CASES_MAX: usize = 256;

/// A part of a scenario: what is run with each combination of its lists.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub name: String,
    pub cases: Vec<Case>,
}

/// One combination: loads without lists.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// The step's name, and what this case has chosen from lists: `tail groups=16`.
    pub name: String,
    /// Prepare the topic, one after the other.
    pub first: Vec<Load>,
    /// Run together; the first is measured.
    pub loads: Vec<Load>,
}

impl Case {
    pub fn all_loads(&mut self) -> impl Iterator<Item = &mut Load> {
        self.first.iter_mut().chain(&mut self.loads)
    }
}

/// A load whose words may be lists.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    pub kind: Kind,
    pub name: String,
    pub after: Duration,
    pub words: BTreeMap<String, Vec<String>>,
    pub is_first: bool,
}

/// Every combination of the lists of some loads. A list in `all` is one choice for all loads that
/// take the word from there.
pub fn combine(name: &str, all: &BTreeMap<String, Vec<String>>, drafts: &[Draft]) -> Vec<Case> {
    let mut axes: Vec<Axis<'_>> = Vec::new();
    let lists = all.iter().map(|(word, values)| (None, word, values));
    let own = drafts.iter().enumerate().flat_map(|(at, draft)| {
        let words = draft.words.iter();
        words.map(move |(word, values)| (Some(at), word, values))
    });
    for (draft, word, values) in lists.chain(own) {
        axes.push(Axis {
            draft,
            word,
            values,
        });
    }
    let count: usize = axes.iter().map(|axis| axis.values.len()).product();
    let numbers = 0..count.min(CASES_MAX + 1);
    numbers
        .map(|number| case(name, &axes, drafts, number))
        .collect()
}

/// A word and the values it goes through; the draft is `None` for words of all loads.
struct Axis<'a> {
    draft: Option<usize>,
    word: &'a str,
    values: &'a [String],
}

/// Combination `number`: the last axis turns fastest.
fn case(step: &str, axes: &[Axis<'_>], drafts: &[Draft], number: usize) -> Case {
    let load = |draft: &Draft| Load {
        kind: draft.kind,
        name: draft.name.clone(),
        after: draft.after,
        words: BTreeMap::new(),
    };
    let mut loads: Vec<Load> = drafts.iter().map(load).collect();
    let (mut left, mut chosen) = (number, Vec::new());
    for axis in axes.iter().rev() {
        let value = &axis.values[left % axis.values.len()];
        left /= axis.values.len();
        if axis.values.len() > 1 {
            chosen.push(format!("{}={value}", axis.word));
        }
        for (at, load) in loads.iter_mut().enumerate() {
            let is_meant = axis.draft.is_none_or(|draft| draft == at);
            if is_meant && !load.words.contains_key(axis.word) {
                load.set(axis.word, value);
            }
        }
    }
    chosen.push(step.to_owned());
    chosen.reverse();
    let mut case = Case {
        name: chosen.join(" "),
        first: Vec::new(),
        loads: Vec::new(),
    };
    for (load, draft) in loads.into_iter().zip(drafts) {
        match draft.is_first {
            true => case.first.push(load),
            false => case.loads.push(load),
        }
    }
    case
}
