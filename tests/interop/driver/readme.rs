//! README's table of clients: made from the rows, and held equal to them.

use std::fs;

use crate::client::COMMON;
use crate::outcome::Verdict;
use crate::row::Row;
use crate::shell::top;

const HEAD: &str = "| Client | Version | Checked | Left out, and why |";
const RULE: &str = "| --- | --- | --- | --- |";

/// What a row showed: one line of the table but for the version.
fn shown(row: &Row) -> Option<(&'static str, String)> {
    let Verdict::Done(outcome) = &row.verdict else {
        return None;
    };
    let left_out: Vec<String> = outcome
        .left_out
        .iter()
        .map(|(name, why)| format!("{name}: {why}"))
        .collect();
    let all = row.client.program.checks() == Some(COMMON) && left_out.is_empty();
    let checked = match all {
        true => "all".to_owned(),
        false => outcome.subjects().join(", "),
    };
    Some((
        row.client.name,
        format!("{checked} | {} |", left_out.join("; ")),
    ))
}

/// The table's lines: versions that showed the same share one.
fn lines(rows: &[Row]) -> Vec<String> {
    type Line = (&'static str, Vec<&'static str>, String);
    let mut lines: Vec<Line> = Vec::new();
    for row in rows {
        let Some((name, what)) = shown(row) else {
            continue;
        };
        let version = row.client.version;
        match lines
            .iter_mut()
            .find(|line| line.0 == name && line.2 == what)
        {
            Some((_, versions, _)) if versions.contains(&version) => {}
            Some((_, versions, _)) => versions.push(version),
            None => lines.push((name, vec![version], what)),
        }
    }
    let text =
        |(name, versions, what): &Line| format!("| {name} | {} | {what}", versions.join(", "));
    lines.iter().map(text).collect()
}

/// The lines of the table in README.md, without its head.
fn listed(text: &str) -> Vec<&str> {
    let below = text.lines().skip_while(|line| *line != HEAD).skip(2);
    below.take_while(|line| line.starts_with('|')).collect()
}

/// After a run of all clients the table must be what the rows showed.
pub fn check(rows: &[Row]) -> Result<(), String> {
    let path = top().join("README.md");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let made = lines(rows);
    if listed(&text) == made {
        return Ok(());
    }
    Err(format!(
        "README.md's table of clients is not what this run showed; `scripts/interop --write` \
         makes it:\n{HEAD}\n{RULE}\n{}",
        made.join("\n")
    ))
}

/// Puts the table of a full run into README.md.
pub fn write(rows: &[Row]) -> Result<(), String> {
    let path = top().join("README.md");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let old = listed(&text).join("\n");
    let table = |body: &str| format!("{HEAD}\n{RULE}\n{body}");
    let new = text.replacen(&table(&old), &table(&lines(rows).join("\n")), 1);
    if !text.contains(HEAD) {
        return Err(format!("README.md has no table that begins {HEAD}"));
    }
    fs::write(&path, new).map_err(|error| error.to_string())
}
