use serde_json::Value;

use super::axis::Axis;
use super::chart::{Bar, Bars};
use super::figure::Figure;
use super::palette;
use super::story::Story;
use super::table::Table;
use crate::perf::amount::{grouped, time};
use crate::perf::complaint::Complaint;

/// Kinds of steps, each in a colour of its own.
const ACTIONS: [(&str, &str); 4] = [
    ("fill", "fill"),
    ("write", "write"),
    ("write-and-sync", "write + sync"),
    ("read", "read"),
];

/// What `perf disk` measured: one drawing for each result that has `steps`.
pub fn figures(story: &Story) -> Result<Vec<Figure>, Complaint> {
    let mut figures = Vec::new();
    for (name, value) in &story.values {
        let steps = value.get("steps").and_then(Value::as_array);
        let steps = steps.map_or(&[][..], Vec::as_slice);
        let bars: Vec<Bar> = steps.iter().filter_map(bar).collect();
        if bars.is_empty() {
            continue;
        }
        let max = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        let bars = Bars {
            x: Axis::linear("MB/s", max * 1.15),
            from: 0.0,
            bars,
        };
        let title = value
            .get("directory")
            .and_then(Value::as_str)
            .unwrap_or(name);
        figures.push(Figure {
            title: format!("What the disk of {title} can do"),
            note: "Direct sequential operations: kind, size and how many at a time.".into(),
            legend: Vec::new(),
            svg: bars.draw()?,
            table: Some(table(steps)),
        });
    }
    Ok(figures)
}

fn bar(step: &Value) -> Option<Bar> {
    let action = step.pointer("/step/action")?.as_str()?;
    let kind = ACTIONS.iter().position(|(name, _)| *name == action);
    let value = step.get("megabytes_per_second")?.as_f64()?;
    Some(Bar {
        label: words(step),
        color: palette::color(kind.unwrap_or(ACTIONS.len())),
        value,
        range: None,
        note: grouped(value as u64),
    })
}

/// Kind, size and depth of a step.
fn words(step: &Value) -> String {
    let action = step.pointer("/step/action").and_then(Value::as_str);
    let action = action.unwrap_or("unknown");
    let words = ACTIONS.iter().find(|(name, _)| *name == action);
    let number = |path: &str| step.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let (bytes, depth) = (number("/step/operation_bytes"), number("/step/depth"));
    let size = match bytes >> 10 {
        kib if kib >= 1024 => format!("{} MiB", kib >> 10),
        kib => format!("{kib} KiB"),
    };
    let words = words.map_or(action, |(_, words)| words);
    format!("{words}, {size}, {depth} at a time")
}

fn table(steps: &[Value]) -> Table {
    const TIMES: [(&str, &str); 4] = [
        ("p50_ns", "p50"),
        ("p99_ns", "p99"),
        ("p99_9_ns", "p99.9"),
        ("max_ns", "max"),
    ];
    let number = |step: &Value, name: &str| step.get(name).and_then(Value::as_f64);
    let row = |step: &Value| {
        let seconds = number(step, "seconds").filter(|seconds| *seconds > 0.0);
        let rate = number(step, "operations").zip(seconds);
        let rate = rate.map(|(operations, seconds)| (operations / seconds) as u64);
        let mut row = vec![words(step), rate.map(grouped).unwrap_or_default()];
        row.extend(TIMES.map(|(name, _)| {
            let nanos = step.get(name).and_then(Value::as_u64);
            nanos.map(time).unwrap_or_default()
        }));
        row
    };
    let mut head = vec![String::new(), "operations/s".to_owned()];
    head.extend(TIMES.map(|(_, words)| words.to_owned()));
    Table {
        head,
        rows: steps.iter().map(row).collect(),
        are_numbers: true,
    }
}
