use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;

use crate::perf::{consume, e2e, produce};

/// Words that a run gives its loads itself.
const OWN: [&str; 7] = [
    "topic",
    "bootstrap-server",
    "broker-pid",
    "cores",
    "json",
    "quiet",
    "report",
];

/// The commands that a scenario may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Produce,
    Consume,
    E2e,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Produce, Kind::Consume, Kind::E2e];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Produce => "produce",
            Kind::Consume => "consume",
            Kind::E2e => "e2e",
        }
    }

    pub fn of_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The flags of `perf NAME`, from where that command has them.
    fn command(self) -> clap::Command {
        let command = clap::Command::new(self.name()).no_binary_name(true);
        match self {
            Kind::Produce => produce::Options::augment_args(command),
            Kind::Consume => consume::Options::augment_args(command),
            Kind::E2e => e2e::Options::augment_args(command),
        }
    }

    /// The words that a scenario may give this command: its flags, but those of the run itself.
    pub fn words(self) -> Vec<String> {
        let command = self.command();
        let longs = command.get_arguments().filter_map(clap::Arg::get_long);
        let longs = longs.filter(|long| !OWN.contains(long));
        longs.map(str::to_owned).collect()
    }

    fn is_switch(self, word: &str) -> bool {
        let command = self.command();
        let mut arguments = command.get_arguments();
        let found = arguments.find(|argument| argument.get_long() == Some(word));
        found.is_some_and(|argument| !argument.get_action().takes_values())
    }
}

/// A rate that follows from what an earlier step reached.
#[derive(Clone, PartialEq, Debug)]
pub struct Share {
    /// 0.5 for half of it.
    pub share: f64,
    pub of_step: String,
}

impl Share {
    /// `50% of STEP`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Share> {
        let (share, of_step) = text.split_once(" of ")?;
        let share: f64 = share.trim().strip_suffix('%')?.trim().parse().ok()?;
        (share > 0.0).then(|| Share {
            share: share / 100.0,
            of_step: of_step.trim().to_owned(),
        })
    }
}

/// One perf command with its words, as a step runs it.
#[derive(Clone, PartialEq, Debug)]
pub struct Load {
    pub kind: Kind,
    pub name: String,
    /// How long after the others of its step it begins.
    pub after: Duration,
    pub words: BTreeMap<String, String>,
}

impl Load {
    /// The rate, where it is a share of what an earlier step reached.
    pub fn share(&self) -> Option<Share> {
        Share::parse(self.words.get("rate")?)
    }

    /// Whether it is time that ends it, and not a count or the end of what there is to read.
    pub fn ends_by_time(&self) -> bool {
        let has = |word: &str| self.words.contains_key(word);
        let is_counted = match self.kind {
            Kind::Consume => self.words.get("tail").is_none_or(|tail| tail != "true"),
            _ => has("records") || has("bytes"),
        };
        has("duration") || !is_counted
    }

    /// Gives a word another value; says whether this command knows it.
    pub fn set(&mut self, word: &str, value: &str) -> bool {
        let known = self.kind.words().iter().any(|own| own == word);
        if known {
            self.words.insert(word.to_owned(), value.to_owned());
        }
        known
    }

    /// The command line after `corelane perf`, with what the run adds to it.
    pub fn line(&self, more: &[(&str, String)]) -> Vec<String> {
        let mut line = vec![self.kind.name().to_owned()];
        let more = more.iter().map(|(word, value)| (*word, value.as_str()));
        let own = self.words.iter();
        let own = own.map(|(word, value)| (word.as_str(), value.as_str()));
        for (word, value) in own.chain(more) {
            match (self.kind.is_switch(word), value) {
                (true, "true") => line.push(format!("--{word}")),
                (true, _) => {}
                (false, value) => line.extend([format!("--{word}"), value.to_owned()]),
            }
        }
        line
    }

    /// Whether the command takes these words, read as the command itself reads them; in one line
    /// why not.
    pub fn check(&self) -> Result<(), String> {
        let mut load = self.clone();
        if load.share().is_some() {
            load.set("rate", "1");
        }
        let odd = load.words.iter().find(|(word, value)| {
            self.kind.is_switch(word) && !matches!(value.as_str(), "true" | "false")
        });
        if let Some((word, value)) = odd {
            return Err(format!("{word} is true or false, not {value:?}"));
        }
        let line = load.line(&[("topic", "t".to_owned())]);
        match self.kind.command().try_get_matches_from(&line[1..]) {
            Ok(_) => Ok(()),
            Err(error) => {
                let said = error.to_string();
                let first = said.lines().next().unwrap_or_default();
                Err(first.trim_start_matches("error: ").to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Kind, Load, Share};

    fn load(kind: Kind, words: &[(&str, &str)]) -> Load {
        let word = |(word, value): &(&str, &str)| ((*word).to_owned(), (*value).to_owned());
        Load {
            kind,
            name: kind.name().to_owned(),
            after: Duration::ZERO,
            words: words.iter().map(word).collect(),
        }
    }

    #[test]
    fn words_become_the_command_line_that_a_shell_would_have() {
        let load = load(Kind::Consume, &[("tail", "true"), ("groups", "16")]);
        let line = load.line(&[("topic", "t".to_owned())]);
        assert_eq!(
            line,
            ["consume", "--groups", "16", "--tail", "--topic", "t"]
        );
        assert_eq!(load.check(), Ok(()));
    }

    #[test]
    fn words_are_read_as_the_command_reads_them() {
        let wrong = [
            (Kind::Produce, "record-size", "big"),
            (Kind::Produce, "producers", "0"),
            (Kind::Consume, "check", "all"),
            (Kind::Consume, "tail", "yes"),
            (Kind::E2e, "rate", "fast"),
        ];
        for (kind, word, value) in wrong {
            let said = load(kind, &[(word, value)]).check().unwrap_err();
            assert!(said.contains(word) && !said.contains('\n'), "{said}");
        }
        let both = [("record-size", "1KiB"), ("payload-file", "f")];
        assert!(load(Kind::Produce, &both).check().is_err());
        assert_eq!(load(Kind::Produce, &[("rate", "50% of a")]).check(), Ok(()));
    }

    #[test]
    fn the_words_of_the_run_are_not_a_scenarios() {
        for kind in Kind::ALL {
            let words = kind.words();
            assert!(words.contains(&"partitions".to_owned()));
            assert!(!words.contains(&"topic".to_owned()) && !words.contains(&"json".to_owned()));
        }
    }

    #[test]
    fn what_ends_a_load_is_time_a_count_or_the_end() {
        let ends = |kind, words: &[(&str, &str)]| load(kind, words).ends_by_time();
        assert!(ends(Kind::Produce, &[]) && ends(Kind::E2e, &[("rate", "5")]));
        assert!(!ends(Kind::Produce, &[("bytes", "1GB")]));
        assert!(ends(Kind::Produce, &[("bytes", "1GB"), ("duration", "1s")]));
        assert!(!ends(Kind::Consume, &[]) && ends(Kind::Consume, &[("tail", "true")]));
    }

    #[test]
    fn a_share_is_a_percentage_of_a_step() {
        let half = Share {
            share: 0.5,
            of_step: "limit".into(),
        };
        assert_eq!(Share::parse("50 % of limit"), Some(half));
        for other in ["50k", "50 of x", "x% of y", "0% of y"] {
            assert_eq!(Share::parse(other), None, "{other}");
        }
    }
}
