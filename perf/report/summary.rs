use std::fmt::Write;

use serde_json::Value;

use super::markup::escape;
use super::palette::hex;
use super::story::Story;
use crate::model::Timestamp;
use crate::perf::date::Dates;

/// What each value says of itself: its verdict, its sentence, and when it was taken with what.
pub fn html(story: &Story) -> String {
    let mut html = String::new();
    for (name, value) in &story.values {
        let group = story.groups.iter().find(|group| group.name == *name);
        let style = match group {
            Some(group) if !story.is_single() => {
                format!(" style=\"border-color:{}\"", hex(group.color))
            }
            _ => String::new(),
        };
        let _ = writeln!(html, "<div class=\"result\"{style}>");
        if story.values.len() > 1 {
            paragraph(&mut html, "name", name);
        }
        let text = |path: &str| value.pointer(path).and_then(Value::as_str);
        if let Some(limit) = text("/verdict/limit") {
            paragraph(&mut html, "verdict", limit);
        }
        match text("/sentence") {
            Some(sentence) => paragraph(&mut html, "sentence", sentence),
            None => of_runs(&mut html, value),
        }
        if let Some(fault) = text("/fault") {
            let words = "The run ended early, and this is what was measured until then";
            paragraph(&mut html, "fault", &format!("{words}: {fault}"));
        }
        if value.get("was_interrupted").and_then(Value::as_bool) == Some(true) {
            let words = "The run was interrupted; this is what was measured until then.";
            paragraph(&mut html, "fault", words);
        }
        paragraph(&mut html, "when", &conditions(value));
        html.push_str("</div>\n");
    }
    html
}

/// Where several runs have no sentence together, each has its own.
fn of_runs(html: &mut String, value: &Value) {
    let runs = value.get("runs").and_then(Value::as_array);
    for run in runs.into_iter().flatten() {
        let text = |member: &str| run.get(member).and_then(Value::as_str);
        if let Some((name, sentence)) = text("name").zip(text("sentence")) {
            paragraph(html, "sentence", &format!("{name}: {sentence}"));
        }
    }
}

fn paragraph(html: &mut String, class: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(html, "<p class=\"{class}\">{}</p>", escape(text));
    }
}

/// Tool, time, length and address of a run, as far as they are known.
fn conditions(value: &Value) -> String {
    // A search tells of when and where with its first point.
    let first = value.pointer("/points/0/run").unwrap_or(value);
    let find = |path: &str| value.pointer(path).or(first.pointer(path));
    let text = |path: &str| find(path).and_then(Value::as_str);
    let number = |name: &str| value.get(name).and_then(Value::as_f64);
    let mut parts = Vec::new();
    if let Some((tool, version)) = text("/tool").zip(text("/tool_version")) {
        let command = text("/command").unwrap_or_default();
        parts.push(format!("{tool} {command} {version}"));
    }
    let times = ["/began_unix_ms", "/ended_unix_ms"];
    let time = times
        .into_iter()
        .filter_map(|path| find(path)?.as_f64())
        .next();
    if let Some((millis, dates)) = time.zip(Dates::parse("yyyy-MM-dd HH:mm:ss").ok()) {
        let at = dates.text(Timestamp(millis as i64));
        parts.push(format!("{at} UTC"));
    }
    if let Some(measured) = number("measured_seconds") {
        let warmup = number("warmup_seconds").unwrap_or(0.0);
        parts.push(format!(
            "{measured:.1} s measured after {warmup:.1} s of warm-up"
        ));
    }
    if let Some(address) = text("/settings/bootstrap_server") {
        parts.push(format!("broker at {address}"));
    }
    if let Some(directory) = text("/directory") {
        let system = text("/file_system").unwrap_or("unknown");
        parts.push(format!("{directory}, file system {system}"));
    }
    parts.join(" \u{b7} ")
}
