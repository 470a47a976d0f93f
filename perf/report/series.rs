use serde_json::Value;

use super::axis::Axis;
use super::chart::{Chart, Line, Look};
use super::figure::Figure;
use super::palette;
use super::story::{Run, Story};
use crate::perf::complaint::Complaint;

/// Points of a line at most; more are drawn as the worst or the mean of several.
const POINTS_MAX: usize = 600;
/// Rows shorter than this tell nothing of a rate.
const SECONDS_MIN: f64 = 0.2;

const RECORDS: &str = "records/s";

/// How the seconds behind one point become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Merge {
    Longest,
    /// Of amounts: a second's mean.
    Rate,
}

/// One line over time: the member of a row, its words, and a factor.
struct Trace {
    member: &'static str,
    words: &'static str,
    merge: Merge,
    factor: f64,
}

const fn latency(member: &'static str, words: &'static str) -> Trace {
    Trace {
        member,
        words,
        merge: Merge::Longest,
        factor: 1.0,
    }
}

const fn rate(member: &'static str, words: &'static str, factor: f64) -> Trace {
    Trace {
        member,
        words,
        merge: Merge::Rate,
        factor,
    }
}

/// The latencies of each second.
pub fn latencies(story: &Story) -> Result<Option<Figure>, Complaint> {
    const ALL: [Trace; 3] = [
        latency("p50_ns", "p50"),
        latency("p99_ns", "p99"),
        latency("max_ns", "max"),
    ];
    const SHORT: [Trace; 2] = [latency("p99_ns", "p99"), latency("p50_ns", "p50")];
    let traces: &[Trace] = if story.is_single() { &ALL } else { &SHORT };
    let Some((lines, legend)) = lines(story, traces) else {
        return Ok(None);
    };
    let (min, max) = extent(&lines);
    let chart = Chart {
        x: time_axis(story),
        y: Axis::latencies("latency", (min, max)),
        lines,
        shaded_to: warmup(story),
        mark: None,
    };
    Ok(Some(Figure {
        title: "Latency over time".into(),
        note: note(story, "Percentiles of what ended in each second."),
        legend,
        svg: chart.draw()?,
        table: None,
    }))
}

/// Records and bytes of each second.
pub fn throughput(story: &Story) -> Result<Vec<Figure>, Complaint> {
    const KINDS: [(&str, Trace); 2] = [
        ("Throughput over time", rate("payload_bytes", "MB/s", 1e-6)),
        ("Records over time", rate("records", RECORDS, 1.0)),
    ];
    let mut figures = Vec::new();
    for (title, trace) in KINDS {
        let unit = trace.words;
        if unit == RECORDS && is_uniform(story) {
            continue;
        }
        let Some((lines, legend)) = lines(story, &[trace]) else {
            continue;
        };
        let chart = Chart {
            x: time_axis(story),
            y: Axis::linear(unit, extent(&lines).1),
            lines,
            shaded_to: warmup(story),
            mark: None,
        };
        figures.push(Figure {
            title: title.into(),
            note: note(
                story,
                "Of keys and values, as acknowledged or read in each second.",
            ),
            legend: if story.is_single() {
                Vec::new()
            } else {
                legend
            },
            svg: chart.draw()?,
            table: None,
        });
    }
    Ok(figures)
}

type Legend = Vec<(plotters::style::RGBColor, Look, String)>;

fn lines(story: &Story, traces: &[Trace]) -> Option<(Vec<Line>, Legend)> {
    let (mut lines, mut legend) = (Vec::new(), Legend::new());
    for (group, run) in story.runs() {
        for (at, trace) in traces.iter().enumerate() {
            let (color, label) = match story.is_single() {
                true => (palette::color(at), trace.words.to_owned()),
                false => (group.color, format!("{}: {}", group.name, trace.words)),
            };
            let look = match at {
                1.. if !story.is_single() => Look::Faint,
                _ => Look::Plain,
            };
            let points = points(run, trace);
            let is_drawn = points.iter().any(|(_, value)| value.is_some());
            if is_drawn && !legend.iter().any(|(_, _, known)| *known == label) {
                legend.push((color, look, label));
            }
            lines.push(Line {
                color,
                look,
                points,
            });
        }
    }
    (!legend.is_empty()).then_some((lines, legend))
}

fn rows(run: &Run) -> &[Value] {
    let rows = run.value.get("series").and_then(Value::as_array);
    rows.map_or(&[], Vec::as_slice)
}

/// How long a row lasted: a second, but for the last.
fn seconds(row: &Value) -> f64 {
    row.get("seconds").and_then(Value::as_f64).unwrap_or(1.0)
}

fn points(run: &Run, trace: &Trace) -> Vec<(f64, Option<f64>)> {
    let rows = rows(run);
    let together = rows.len().div_ceil(POINTS_MAX).max(1);
    let mut points = Vec::new();
    let mut begun = 0.0;
    for part in rows.chunks(together) {
        let length: f64 = part.iter().map(seconds).sum();
        let values = part
            .iter()
            .filter_map(|row| row.get(trace.member)?.as_f64());
        let value = match trace.merge {
            // No operation takes no time: where none ended there is no latency.
            Merge::Longest => Some(values.fold(0.0, f64::max)).filter(|longest| *longest > 0.0),
            Merge::Rate if length < SECONDS_MIN => break,
            Merge::Rate => Some(values.sum::<f64>() * trace.factor / length),
        };
        points.push((begun + length / 2.0, value));
        begun += length;
    }
    points
}

/// The smallest and the largest value drawn.
fn extent(lines: &[Line]) -> (f64, f64) {
    let values = lines.iter().flat_map(|line| &line.points);
    let values = values.filter_map(|(_, value)| *value);
    values.fold((f64::MAX, 0.0), |(min, max), value| {
        (min.min(value), max.max(value))
    })
}

/// Whether all records of all runs are of one size, so that records tell what bytes tell.
fn is_uniform(story: &Story) -> bool {
    let rows = story.runs().flat_map(|(_, run)| rows(run));
    let sizes = rows.filter_map(|row| {
        let number = |name: &str| row.get(name)?.as_f64().filter(|number| *number > 0.0);
        Some(number("payload_bytes")? / number("records")?)
    });
    let (min, max) = sizes.fold((f64::MAX, 0.0f64), |(min, max), size| {
        (min.min(size), max.max(size))
    });
    max <= 1.02 * min
}

fn time_axis(story: &Story) -> Axis {
    let length = |run: &Run| rows(run).iter().map(seconds).sum::<f64>();
    let longest = story.runs().map(|(_, run)| length(run)).fold(0.0, f64::max);
    Axis::time("seconds since the start", longest)
}

fn warmup(story: &Story) -> Option<f64> {
    let all = story
        .runs()
        .filter_map(|(_, run)| run.number("/warmup_seconds"));
    all.reduce(f64::max).filter(|seconds| *seconds > 0.0)
}

fn note(story: &Story, words: &str) -> String {
    let longest = story
        .runs()
        .map(|(_, run)| rows(run).len())
        .max()
        .unwrap_or(0);
    let mut note = words.to_owned();
    if warmup(story).is_some() {
        note += " The grey ground is the warm-up, which no other figure counts.";
    }
    let together = longest.div_ceil(POINTS_MAX);
    if together > 1 {
        note += &format!(
            " A point stands for {together} seconds: the longest latency of them, or their mean \
             rate."
        );
    }
    note
}
