//! What one row came to, read from the lines that its program printed.

use std::collections::BTreeSet;

use crate::client::Program;

/// The checks of one row, by what became of them.
#[derive(Default)]
pub struct Outcome {
    pub passed: Vec<String>,
    /// Names with the reason why this client has no such check.
    pub left_out: Vec<(String, String)>,
    pub failures: Vec<String>,
}

pub enum Verdict {
    Done(Outcome),
    Skipped(String),
}

impl Verdict {
    pub fn is_failure(&self) -> bool {
        matches!(self, Verdict::Done(outcome) if !outcome.failures.is_empty())
    }
}

impl Outcome {
    pub fn failure(why: impl Into<String>) -> Outcome {
        Outcome {
            failures: vec![why.into()],
            ..Outcome::default()
        }
    }

    /// A program must speak of every check it owes, and end well.
    pub fn of(program: Program, said: &str, ended_well: bool) -> Outcome {
        let mut outcome = Outcome::default();
        said.lines().for_each(|line| outcome.take(program, line));
        let spoken = outcome.passed.iter();
        let spoken = spoken.chain(outcome.left_out.iter().map(|(name, _)| name));
        let spoken: BTreeSet<&str> = spoken.map(String::as_str).collect();
        let silent = |name: &&&str| !spoken.contains(**name);
        let owed = program.checks().unwrap_or_default();
        let silent: Vec<&str> = owed.iter().filter(silent).copied().collect();
        if outcome.failures.is_empty() && !ended_well {
            outcome.failures.push("the program ended badly".to_owned());
        }
        if outcome.failures.is_empty() && outcome.passed.is_empty() {
            outcome.failures.push("no check was run".to_owned());
        }
        if outcome.failures.is_empty() && !silent.is_empty() {
            let text = format!("not spoken of: {}", silent.join(", "));
            outcome.failures.push(text);
        }
        outcome
    }

    fn take(&mut self, program: Program, line: &str) {
        if let Program::Rust(_) = program {
            match line
                .strip_prefix("test ")
                .and_then(|test| test.split_once(" ... "))
            {
                Some((name, "ok")) => self.passed.push(name.to_owned()),
                Some((name, "FAILED")) => self.failures.push(name.to_owned()),
                _ => {}
            }
        } else if let Some(name) = line.strip_prefix("ok ") {
            self.passed.push(name.to_owned());
        } else if let Some(why) = line.strip_prefix("failed ") {
            self.failures.push(why.to_owned());
        } else if let Some((name, why)) = line
            .strip_prefix("left out ")
            .and_then(|line| line.split_once(": "))
        {
            self.left_out.push((name.to_owned(), why.to_owned()));
        }
    }

    /// What was checked, in few words: `codec-gzip` and `codec-lz4` are one, modules stand for
    /// their tests.
    pub fn subjects(&self) -> Vec<String> {
        let mut subjects: Vec<String> = Vec::new();
        for name in &self.passed {
            let module = name.split("::").next().unwrap_or(name);
            let subject = if module.starts_with("codec-") {
                "codecs"
            } else {
                module
            };
            if !subjects.iter().any(|known| known == subject) {
                subjects.push(subject.to_owned());
            }
        }
        subjects
    }
}
