use serde_json::{Map, Value};

use super::story::Story;
use super::table::Table;

/// Tables of what a run was made on: title, and where it stands in a run's JSON.
const SURROUNDINGS: [(&str, &str); 4] = [
    (
        "Settings of the topic, as the broker tells them",
        "/broker/topic_settings",
    ),
    ("Settings of the broker", "/broker/broker_settings"),
    ("Broker", "/broker"),
    ("Host of the client", "/host"),
];

/// What the runs were made with.
pub fn settings(story: &Story) -> Option<(&'static str, Table)> {
    Some(("Settings of the client", table(story, "/settings")?))
}

/// What stood around the runs.
pub fn surroundings(story: &Story) -> Vec<(&'static str, Table)> {
    let table = |(title, path)| Some((title, table(story, path)?));
    SURROUNDINGS.into_iter().filter_map(table).collect()
}

/// Where all columns agree there is one.
fn table(story: &Story, path: &str) -> Option<Table> {
    let witnesses = story.witnesses();
    let columns = witnesses
        .iter()
        .map(|(_, value)| value.pointer(path)?.as_object());
    let columns: Vec<_> = columns.collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for name in names(&columns) {
        let cells = columns.iter().map(|object| (*object)?.get(name));
        let mut row = vec![name.replace('_', " ")];
        row.extend(cells.map(|value| value.map(words).unwrap_or_default()));
        rows.push(row);
    }
    let agree = |row: &Vec<String>| row.iter().skip(2).all(|cell| Some(cell) == row.get(1));
    let mut head = vec![String::new()];
    if rows.iter().all(agree) {
        rows.iter_mut().for_each(|row| row.truncate(2));
    } else {
        head.extend(witnesses.iter().map(|(name, _)| (*name).to_owned()));
    }
    (!rows.is_empty()).then_some(Table {
        head,
        rows,
        are_numbers: false,
    })
}

/// Members of any of the objects; those that say when data reaches the disk come first, those
/// that have a table of their own do not come.
fn names<'a>(columns: &[Option<&'a Map<String, Value>>]) -> Vec<&'a String> {
    let mut names: Vec<&String> = Vec::new();
    for (name, value) in columns.iter().copied().flatten().flatten() {
        let has_table = name.ends_with("_settings") && value.is_object();
        if !has_table && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| !name.contains("flush"));
    names
}

/// A value for people: text as it is, lists and members with commas.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{name} {}", words(value)));
            members.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
