//! Who may import whom.

use crate::rule::{Complaint, Rule};
use crate::source::{Named, Source};

/// The layer table of `src/lib.rs`, lowest first.
pub const LAYERS: [&[&str]; 9] = [
    &["model"],
    &["wire", "records", "config"],
    &[
        "log", "replica", "quorum", "cluster", "group", "txn", "access", "quota",
    ],
    &["io", "metrics"],
    &["client"],
    &["shard"],
    &["server", "console"],
    &["node", "cli", "perf"],
    &["main"],
];

pub fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

pub fn inspect(source: &Source) -> Vec<Complaint> {
    let Some(room) = source.room() else {
        return stray(source);
    };
    let Some(own) = layer(room) else {
        let advice = format!("`{room}` is in no layer: find the room its noun belongs to");
        return vec![source.complain(Rule::Room, 0, advice)];
    };
    let depths = inline_depths(source);
    let mut complaints = alias(source);
    for named in source.named() {
        let Some(target) = target(source, &named, depths[named.at]) else {
            continue;
        };
        let Some(other) = layer(&target) else {
            let advice = format!("`crate::{target}` is no room: the crate root exports rooms only");
            complaints.push(source.complain(Rule::Layer, named.at, advice));
            continue;
        };
        if target != room && other >= own {
            let advice = format!(
                "`{room}` (layer {own}) imports `{target}` (layer {other}): pass the fact in, or \
                 move the noun down to where both can see it"
            );
            complaints.push(source.complain(Rule::Layer, named.at, advice));
        }
    }
    complaints
}

/// A file directly in `src`: only lib.rs and main.rs stand there.
fn stray(source: &Source) -> Vec<Complaint> {
    if !source.is_src() || source.path == "src/lib.rs" {
        return Vec::new();
    }
    let advice = "move it into the room its noun belongs to".to_owned();
    vec![source.complain(Rule::Room, 0, advice)]
}

/// A second name for the crate root, or a glob of it, would hide imports from this test.
fn alias(source: &Source) -> Vec<Complaint> {
    let hides = |at: usize| {
        source.reads(at, &["crate", "as"])
            || source.reads(at, &["crate", "::", "self"])
            || source.reads(at, &["crate", "::", "*"])
            || source.reads(at, &["extern", "crate"])
    };
    let advice = || "name the room: `crate::room::Noun`".to_owned();
    (0..source.tokens.len())
        .filter(|&at| hides(at))
        .map(|at| source.complain(Rule::Layer, at, advice()))
        .collect()
}

/// The room that a path reaches through the crate root, if it does.
fn target(source: &Source, named: &Named, inline_depth: usize) -> Option<String> {
    let segments = &named.segments;
    let own = source.module().len() + inline_depth;
    let supers = segments
        .iter()
        .take_while(|segment| *segment == "super")
        .count();
    let room = match segments.first().map(String::as_str) {
        Some("crate") => segments.get(1),
        Some("corelane") if source.room() == Some("main") => segments.get(1),
        Some("super") if supers >= own => segments.get(supers),
        _ => None,
    };
    room.filter(|room| !matches!(room.as_str(), "self" | "*"))
        .cloned()
}

/// For every token, how many inline `mod name { }` enclose it.
fn inline_depths(source: &Source) -> Vec<usize> {
    let mut depths = vec![0; source.tokens.len()];
    for at in 0..source.tokens.len() {
        if source.text(at) == "mod" && source.text(at + 2) == "{" {
            let end = source.after_close(at + 2);
            depths[at + 2..end].iter_mut().for_each(|depth| *depth += 1);
        }
    }
    depths
}
