use serde_json::Value;

use super::axis::{Axis, short};
use super::chart::{Chart, Line, Look};
use super::figure::Figure;
use super::palette;
use super::story::Story;
use super::table::Table;
use crate::perf::amount::{grouped, time};
use crate::perf::complaint::Complaint;

/// Percentiles drawn over the rate: the member of a run's latency, and its words.
const TRACES: [(&str, &str); 3] = [("p50_ns", "p50"), ("p99_ns", "p99"), ("p99_9_ns", "p99.9")];

/// What `perf find-limit` measured: one drawing for each result that has `points`.
pub fn figures(story: &Story) -> Result<Vec<Figure>, Complaint> {
    let mut figures = Vec::new();
    for (_, value) in &story.values {
        let points = value.get("points").and_then(Value::as_array);
        let mut points: Vec<&Value> = points.into_iter().flatten().collect();
        points.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            figures.push(figure(value, &points, (rate(first), rate(last)))?);
        }
    }
    Ok(figures)
}

fn rate(point: &Value) -> f64 {
    let rate = point.get("rate_records_per_second").and_then(Value::as_f64);
    rate.unwrap_or(0.0)
}

fn nanos(point: &Value, member: &str) -> Option<f64> {
    let nanos = point.pointer("/run/latency")?.get(member)?.as_f64()?;
    Some(nanos).filter(|nanos| *nanos > 0.0)
}

fn figure(value: &Value, points: &[&Value], rates: (f64, f64)) -> Result<Figure, Complaint> {
    let bound = value.get("p99_bound_ns").and_then(Value::as_f64);
    let line = |(at, (member, _)): (usize, &(&str, &str))| Line {
        color: palette::color(at),
        look: Look::Dotted,
        points: points
            .iter()
            .map(|point| (rate(point), nanos(point, member)))
            .collect(),
    };
    let mut lines: Vec<Line> = TRACES.iter().enumerate().map(line).collect();
    let values = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter_map(|(_, nanos)| *nanos);
    let values = values.chain(bound);
    let (min, max) = values.fold((f64::MAX, 0.0f64), |(min, max), nanos| {
        (min.min(nanos), max.max(nanos))
    });
    let names = TRACES.iter().enumerate();
    let mut legend: Vec<_> = names
        .map(|(at, (_, words))| (palette::color(at), Look::Plain, (*words).to_owned()))
        .collect();
    if let Some(bound) = bound {
        let (color, look) = (palette::color(6), Look::Dashed);
        let points = vec![(rates.0, Some(bound)), (rates.1, Some(bound))];
        lines.insert(
            0,
            Line {
                color,
                look,
                points,
            },
        );
        legend.push((color, look, "bound of p99".to_owned()));
    }
    let knee = value.get("knee_records_per_second").and_then(Value::as_f64);
    let chart = Chart {
        x: Axis::logarithmic("records/s asked for", rates, short),
        y: Axis::latencies("latency", (min, max)),
        lines,
        shaded_to: None,
        mark: knee.map(|knee| (knee, format!("knee: {} records/s", grouped(knee as u64)))),
    };
    Ok(Figure {
        title: "Latency by rate".into(),
        note: "Each point is a run of its own. The knee is the highest rate that kept the bound; \
               the rest of this page is of the run at the knee."
            .into(),
        legend,
        svg: chart.draw()?,
        table: Some(table(points)),
    })
}

fn table(points: &[&Value]) -> Table {
    let mut head = vec!["records/s".to_owned(), "achieved".to_owned()];
    head.extend(TRACES.map(|(_, words)| words.to_owned()));
    head.extend(["held back by".to_owned(), "kept".to_owned()]);
    let row = |point: &&Value| {
        let achieved = point
            .pointer("/run/records_per_second")
            .and_then(Value::as_f64);
        let limit = point.pointer("/run/verdict/limit").and_then(Value::as_str);
        let is = |path: &str| point.pointer(path).and_then(Value::as_bool) == Some(true);
        let mut row = vec![
            grouped(rate(point) as u64),
            achieved
                .map(|rate| grouped(rate as u64))
                .unwrap_or_default(),
        ];
        let times = TRACES.map(|(member, _)| nanos(point, member));
        row.extend(times.map(|nanos| nanos.map(|nanos| time(nanos as u64)).unwrap_or_default()));
        row.push(limit.unwrap_or_default().to_owned());
        let kept = match is("/kept") {
            _ if is("/run/was_interrupted") => "interrupted",
            true => "yes",
            false => "no",
        };
        row.push(kept.to_owned());
        row
    };
    Table {
        head,
        rows: points.iter().map(row).collect(),
        are_numbers: true,
    }
}
