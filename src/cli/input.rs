use std::path::Path;

use serde_json::Value;

use super::complaint::Complaint;
use crate::io::fs;

/// A small file that the command line names, as text.
pub async fn text(path: &Path) -> Result<String, Complaint> {
    match fs::read(path).await {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            let path = path.display();
            let why = format!("Unable to read file {path}: {error}");
            Err(Complaint::new(why))
        }
    }
}

/// A JSON file that the command line names.
pub async fn json(path: &Path) -> Result<Value, Complaint> {
    let text = text(path).await?;
    serde_json::from_str(&text).map_err(|error| {
        let path = path.display();
        Complaint::new(format!(
            "The input string is not a valid JSON: {path}: {error}"
        ))
    })
}

/// The rows of the list `field`, each with a topic and a partition. Kafka's files may say which
/// version of their form they have; it is 1.
pub fn partitions<'a>(
    json: &'a Value,
    field: &str,
) -> Result<Vec<(String, i32, &'a Value)>, Complaint> {
    match json.get("version").map(Value::as_i64) {
        None | Some(Some(1)) => {}
        Some(other) => {
            let other = other.unwrap_or(-1);
            let why = format!("Not supported version field value {other}: expected 1");
            return Err(Complaint::new(why));
        }
    }
    let missing = || Complaint::new(format!("Missing {field} field"));
    let rows = json
        .get(field)
        .and_then(Value::as_array)
        .ok_or_else(missing)?;
    rows.iter().map(row).collect()
}

fn row(row: &Value) -> Result<(String, i32, &Value), Complaint> {
    let topic = row.get("topic").and_then(Value::as_str);
    let index = row.get("partition").and_then(Value::as_i64);
    let index = index.and_then(|index| i32::try_from(index).ok());
    match (topic, index) {
        (Some(topic), Some(index)) => Ok((topic.to_owned(), index, row)),
        _ => Err(Complaint::new(format!(
            "{row} names no partition: expected {{\"topic\":\"NAME\",\"partition\":N}}"
        ))),
    }
}
