//! What may be named where: doors to the kernel, `unsafe`, panics, waiting, hashing, marks.

use crate::layers::layer;
use crate::lexer::Kind;
use crate::rule::{Complaint, Rule};
use crate::sizes::signature;
use crate::source::{Named, Source};

/// Paths that only `io` may name, and what everybody else uses.
const DOORS: [(&[&str], &str); 15] = [
    (&["std", "fs"], "use `crate::io::fs` and `crate::io::File`"),
    (
        &["std", "net"],
        "use `crate::io` for sockets, `core::net` for addresses",
    ),
    (&["std", "thread"], "use `crate::io::task`"),
    (
        &["std", "time", "Instant"],
        "be given a `model::Instant`; only `io::clock` makes them",
    ),
    (
        &["std", "time", "SystemTime"],
        "be given a `model::Timestamp`; only `io::clock` makes them",
    ),
    (&["std", "os"], "ask `crate::io` for what the kernel gives"),
    (&["libc"], "put the call behind a verb of `crate::io`"),
    (&["glommio"], "put the call behind a verb of `crate::io`"),
    (&["io_uring"], "put the call behind a verb of `crate::io`"),
    (&["socket2"], "use `crate::io::net`"),
    (&["signal_hook"], "use `crate::io::signal`"),
    (
        &["rand"],
        "be given the number; only `io::random` rolls dice",
    ),
    (
        &["fastrand"],
        "be given the number; only `io::random` rolls dice",
    ),
    (
        &["getrandom"],
        "be given the number; only `io::random` rolls dice",
    ),
    (&["tokio"], "the one tokio thread belongs to `console`"),
];

/// Rooms that parse what a stranger sent.
const OUTSIDE: [&str; 5] = ["wire", "records", "config", "server", "client"];

pub fn inspect(source: &Source) -> Vec<Complaint> {
    let mut complaints = marks(source);
    let Some(room) = source.room() else {
        return complaints;
    };
    if room != "io" {
        complaints.extend(
            source
                .named()
                .iter()
                .filter_map(|named| door(source, named)),
        );
        complaints.extend(clocks(source));
    }
    for at in (0..source.tokens.len()).filter(|&at| source.tokens[at].kind == Kind::Word) {
        complaints.extend(unsafe_word(source, room, at));
        if !source.is_test[at] {
            complaints.extend(outside(source, room, at));
            complaints.extend(unbounded(source, at));
            complaints.extend(impure(source, room, at));
        }
    }
    complaints
}

fn door(source: &Source, named: &Named) -> Option<Complaint> {
    let opens = |door: &[&str]| {
        door.len() <= named.segments.len() && door.iter().zip(&named.segments).all(|(a, b)| a == b)
    };
    let (path, instead) = DOORS.iter().find(|(path, _)| opens(path))?;
    if *path == ["tokio"] && source.room() == Some("console") {
        return None;
    }
    let advice = format!("names `{}`: {instead}", path.join("::"));
    Some(source.complain(Rule::Door, named.at, advice))
}

/// `Instant::now` however `Instant` came into scope.
fn clocks(source: &Source) -> Vec<Complaint> {
    let reads = |at: &usize| {
        source.reads(*at, &["Instant", "::", "now"]) || source.reads(*at, &["SystemTime", "::"])
    };
    let advice = || "be given `now`; only `io::clock` reads a clock".to_owned();
    (0..source.tokens.len())
        .filter(reads)
        .map(|at| source.complain(Rule::Door, at, advice()))
        .collect()
}

fn unsafe_word(source: &Source, room: &str, at: usize) -> Option<Complaint> {
    if source.text(at) != "unsafe" || source.reads(at, &["unsafe", "_", "code"]) {
        return None;
    }
    let line = source.tokens[at].line;
    let says_why = source.comments.iter().any(|comment| {
        (line.saturating_sub(8)..=line).contains(&comment.line)
            && comment.text.to_lowercase().contains("safety")
    });
    let advice = match (room, says_why) {
        ("io", true) => return None,
        ("io", false) => "say in a `// SAFETY:` comment just above why this is sound",
        _ => "put it behind a safe verb of `io`",
    };
    Some(source.complain(Rule::Unsafe, at, advice.to_owned()))
}

fn outside(source: &Source, room: &str, at: usize) -> Option<Complaint> {
    let called = at > 0 && source.text(at - 1) == "." && source.text(at + 1) == "(";
    let parses = OUTSIDE.contains(&room) && may_refuse(source, at);
    let advice = match source.text(at) {
        "unwrap" if called => "return the refusal, or `expect` with the reason it cannot fail",
        "expect" if called && parses => "return the refusal; for a bug of our own, `assert!`",
        "panic" if parses && source.text(at + 1) == "!" => {
            "return the refusal; for a bug of our own, `assert!`"
        }
        _ => return None,
    };
    Some(source.complain(Rule::Outside, at, advice.to_owned()))
}

fn unbounded(source: &Source, at: usize) -> Option<Complaint> {
    let endless = match source.text(at) {
        "unbounded" | "unbounded_channel" => matches!(source.text(at + 1), "(" | "::" | ";" | ","),
        "mpsc" => source.reads(at, &["mpsc", "::", "channel"]),
        _ => false,
    };
    let advice = "use `crate::io::mesh`, with a limit named beside it".to_owned();
    endless.then(|| source.complain(Rule::Bounded, at, advice))
}

/// Whether the function around `at` returns a `Result` or an `Option`. One that does not is
/// trusted with its arguments, and may `expect` what only a bug of ours can break.
fn may_refuse(source: &Source, at: usize) -> bool {
    let around = |start: &usize| {
        signature(source, *start)
            .is_some_and(|(_, body)| (body..source.after_close(body)).contains(&at))
    };
    let Some(start) = (0..at)
        .rev()
        .filter(|&start| source.text(start) == "fn")
        .find(around)
    else {
        return true;
    };
    let Some((open, body)) = signature(source, start) else {
        return true;
    };
    (source.after_close(open)..body).any(|word| matches!(source.text(word), "Result" | "Option"))
}

fn impure(source: &Source, room: &str, at: usize) -> Option<Complaint> {
    let own = layer(room).filter(|&layer| layer <= 2)?;
    let advice = match source.text(at) {
        "async" | "await" => "decide from facts; the shell waits",
        "tracing" | "println" | "print" | "eprintln" | "eprint"
            if matches!(source.text(at + 1), "::" | "!") =>
        {
            "hand the fact out; the shell tells people"
        }
        "HashMap" | "HashSet" if own == 2 => "use BTreeMap or BTreeSet: iteration must repeat",
        _ => return None,
    };
    Some(source.complain(Rule::Pure, at, format!("`{}`: {advice}", source.text(at))))
}

/// Words that leave work for later, or silence the compiler.
fn marks(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for at in 0..source.tokens.len() {
        let word = source.text(at);
        let is_macro = source.text(at + 1) == "!";
        let left = match word {
            "todo" | "unimplemented" | "dbg" => is_macro,
            "allow" | "expect" => silences(source, at),
            "ignore" => at >= 2 && source.reads(at - 2, &["#", "["]),
            _ => false,
        };
        if left {
            let advice = format!("`{word}`: finish it, or take it out");
            complaints.push(source.complain(Rule::Mark, at, advice));
        }
    }
    complaints
}

/// `#[allow(...)]` or `#![expect(...)]` around dead code, unused things or clippy.
fn silences(source: &Source, at: usize) -> bool {
    let attribute =
        at >= 2 && source.text(at - 1) == "[" && matches!(source.text(at - 2), "#" | "!");
    attribute
        && (at..source.after_close(at + 1)).any(|inner| {
            let word = source.text(inner);
            word == "dead_code" || word == "clippy" || word.starts_with("unused")
        })
}
