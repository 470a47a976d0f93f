//! Transcripts of Kafka's own tools, and whether ours say the same.
//!
//! ```text
//! $ topics --create --topic web      a command, run against a broker that has seen those before
//! Created topic web.                 what was printed, on both streams
//! [1]                                the exit code, where it is not 0
//! ```
//!
//! Addresses, ids, directories and the start of lines that say which tool complains are written
//! as words: see `plain`.

use std::path::Path;

use crate::broker::Broker;
use crate::tool::here;

struct Step {
    line: String,
    expected: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                line: command.to_owned(),
                expected: Vec::new(),
            }),
            (None, Some(step)) => step.expected.push(line.trim_end().to_owned()),
            (None, None) => panic!("{line:?} belongs to no command"),
        }
    }
    steps
}

/// What differs from one cluster to the next is named, not shown.
fn plain(text: &str, broker: &Broker) -> Vec<String> {
    let text = text.replace(&broker.address(), "ADDRESS");
    let text = text.replace(&broker.data().display().to_string(), "DIR");
    let lines = text.lines().map(|line| {
        let words = line.split_inclusive([' ', '\t', '"', ',']);
        let words = words.map(|word| match word.trim_end_matches([' ', '\t', '"', ',']) {
            id if is_id(id) => word.replace(id, "ID"),
            _ => word.to_owned(),
        });
        words.collect::<String>().trim_end().to_owned()
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// 22 characters of base64 with a digit or an upper-case letter among them: no name of ours.
fn is_id(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    word.len() == 22
        && word.bytes().all(is_letter)
        && word.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Runs every command of a transcript and compares.
fn replay(name: &str) {
    let path = here().join("expected/tools").join(name);
    let text = std::fs::read_to_string(Path::new(&path)).expect("the transcript is there");
    let broker = Broker::start();
    let mut wrong = Vec::new();
    for step in steps(&text) {
        let line = step.line.replace("FILES", "tests/cli/input");
        let said = broker.tool(&line, "");
        let mut told = plain(&format!("{}{}", said.stdout, said.stderr), &broker);
        if said.code != Some(0) {
            told.push(format!("[{}]", said.code.unwrap_or(-1)));
        }
        if told != step.expected {
            let (told, expected) = (told.join("\n"), step.expected.join("\n"));
            wrong.push(format!("$ {}\n{told}\ninstead of\n{expected}", step.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn topics_are_told_in_kafkas_words() {
    replay("topics.txt");
}

#[test]
fn settings_are_told_in_kafkas_words() {
    replay("configs.txt");
}

#[test]
fn records_and_directories_are_told_in_kafkas_words() {
    replay("records.txt");
}

#[test]
fn the_cluster_is_told_in_kafkas_words() {
    replay("cluster.txt");
}

#[test]
fn features_are_told_in_kafkas_words() {
    replay("features.txt");
}
