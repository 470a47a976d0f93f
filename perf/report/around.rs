use serde_json::Value;

use super::story::Story;
use super::table::Table;

/// Tables of what a run was made with and on: title, and where it stands in a run's JSON.
const TABLES: [(&str, &str); 4] = [
    ("Settings of the client", "/settings"),
    (
        "Settings of the topic, as the broker tells them",
        "/broker/topic_settings",
    ),
    ("Settings of the broker", "/broker/broker_settings"),
    ("Host of the client", "/host"),
];

/// What stood around the runs; where all of them agree there is one column.
pub fn tables(story: &Story) -> Vec<(&'static str, Table)> {
    let table = |(title, path)| Some((title, table(story, path)?));
    TABLES.into_iter().filter_map(table).collect()
}

fn table(story: &Story, path: &str) -> Option<Table> {
    let firsts = story.groups.iter().filter_map(|group| group.runs.first());
    let objects = firsts.map(|run| run.value.pointer(path));
    let columns: Vec<_> = objects
        .map(|value| value.and_then(Value::as_object))
        .collect();
    let mut names: Vec<&String> = Vec::new();
    for name in columns
        .iter()
        .copied()
        .flatten()
        .flat_map(|object| object.keys())
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for name in names {
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
        head.extend(story.groups.iter().map(|group| group.name.clone()));
    }
    (!rows.is_empty()).then_some(Table {
        head,
        rows,
        are_numbers: false,
    })
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
