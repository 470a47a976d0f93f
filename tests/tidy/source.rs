//! One Rust file as the rules see it: tokens, the paths they name, functions, test regions.

use crate::lexer::{Comment, Kind, Token, lex};
use crate::rule::{Complaint, Rule};

pub struct Source {
    /// From the top of the repository, with forward slashes.
    pub path: String,
    pub lines: Vec<String>,
    pub tokens: Vec<Token>,
    pub comments: Vec<Comment>,
    /// For every token: is it inside an item under `#[cfg(test)]`?
    pub is_test: Vec<bool>,
}

/// `std::fs::read` or one branch of `use std::{fs, net}`, with the token it ends at.
pub struct Named {
    pub segments: Vec<String>,
    pub at: usize,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        let (tokens, comments) = lex(text);
        let lines = text.lines().map(str::to_owned).collect();
        let all_test = !in_src(path) || path.ends_with("/tests.rs") || path.contains("/tests/");
        let is_test = vec![all_test; tokens.len()];
        let path = path.to_owned();
        let mut source = Source {
            path,
            lines,
            tokens,
            comments,
            is_test,
        };
        source.mark_tests();
        source
    }

    pub fn is_src(&self) -> bool {
        in_src(&self.path)
    }

    /// The room this file belongs to: the folder under `src`, `perf`, or `main` for main.rs.
    pub fn room(&self) -> Option<&str> {
        let inner = match self.path.strip_prefix("src/") {
            Some("main.rs") => return Some("main"),
            Some(inner) => inner,
            None => return self.path.starts_with("perf/").then_some("perf"),
        };
        inner.split_once('/').map(|(room, _)| room)
    }

    /// `src/log/append.rs` is the module `log::append`, `src/log/mod.rs` is `log`.
    pub fn module(&self) -> Vec<&str> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let stem = inner.strip_suffix(".rs").unwrap_or(inner);
        let mut module: Vec<&str> = stem.split('/').collect();
        if matches!(module.last(), Some(&"mod" | &"lib" | &"main")) {
            module.pop();
        }
        module
    }

    pub fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// Whether the tokens from `at` on read exactly `words`.
    pub fn reads(&self, at: usize, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(n, word)| self.text(at + n) == *word)
    }

    /// The token after the bracket that closes the one at `open`.
    pub fn after_close(&self, open: usize) -> usize {
        let mut depth = 0;
        for at in open..self.tokens.len() {
            match self.text(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at + 1;
            }
        }
        self.tokens.len()
    }

    /// The first `{` or `;` from `at` on that no parenthesis or bracket encloses.
    pub fn body(&self, mut at: usize) -> usize {
        while at < self.tokens.len() && !matches!(self.text(at), "{" | ";") {
            at = if matches!(self.text(at), "(" | "[") {
                self.after_close(at)
            } else {
                at + 1
            };
        }
        at
    }

    pub fn complain(&self, rule: Rule, at: usize, advice: String) -> Complaint {
        let line = self.tokens.get(at).map_or(1, |token| token.line);
        Complaint {
            rule,
            path: self.path.clone(),
            line,
            advice,
        }
    }

    fn mark_tests(&mut self) {
        let gate = ["#", "[", "cfg", "(", "test", ")", "]"];
        for at in 0..self.tokens.len() {
            if !self.reads(at, &gate) {
                continue;
            }
            let mut item = at + gate.len();
            while self.reads(item, &["#", "["]) {
                item = self.after_close(item + 1);
            }
            let body = self.body(item);
            let end = if self.text(body) == "{" {
                self.after_close(body)
            } else {
                body
            };
            self.is_test[at..end].fill(true);
        }
    }

    /// Every path of two segments or more, and every branch of every `use`.
    pub fn named(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let starts = self.tokens[at].kind == Kind::Word
                && (at == 0 || !matches!(self.text(at - 1), "."))
                && !matches!(self.text(at), "use" | "pub" | "in");
            let used = at > 0 && matches!(self.text(at - 1), "use");
            if starts && (used || self.text(at + 1) == "::") {
                at = self.branch(at, &[], &mut found);
            } else if self.text(at) == "use" && self.text(at + 1) == "{" {
                at = self.group(at + 1, &[], &mut found);
            } else {
                at += 1;
            }
        }
        found
    }

    /// Follows one path from the word at `at`; returns the token after it.
    fn branch(&self, mut at: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
        let mut segments = prefix.to_vec();
        loop {
            segments.push(self.text(at).to_owned());
            if self.text(at + 1) != "::" {
                break;
            }
            match self.tokens.get(at + 2) {
                Some(next) if next.text == "{" => return self.group(at + 2, &segments, found),
                Some(next) if next.kind == Kind::Word || next.text == "*" => at += 2,
                _ => break,
            }
        }
        found.push(Named { segments, at });
        at + 1
    }

    fn group(&self, open: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
        let end = self.after_close(open);
        let mut at = open + 1;
        while at < end {
            let is_name = self.tokens[at].kind == Kind::Word || self.text(at) == "*";
            if is_name && self.text(at - 1) != "as" && self.text(at) != "as" {
                at = self.branch(at, prefix, found);
            } else {
                at += 1;
            }
        }
        end
    }
}

fn in_src(path: &str) -> bool {
    path.starts_with("src/") || path.starts_with("perf/")
}
