use super::axis::{Axis, share};
use super::chart::{Chart, Line, Look};
use super::figure::Figure;
use super::recorded::Recorded;
use super::story::{Group, Story};
use super::table::Table;
use crate::perf::amount::{grouped, time};
use crate::perf::complaint::Complaint;

/// Points of a curve for each nine.
const POINTS: f64 = 60.0;
/// Columns of the table.
const PERCENTS: [f64; 6] = [50.0, 90.0, 95.0, 99.0, 99.9, 99.99];
/// What is shorter than this percentile does not set how low the axis begins.
const FLOOR: f64 = 1.0;

/// One measure of one run.
struct Curve<'a> {
    group: &'a Group,
    measure: String,
    recorded: Recorded,
    color: plotters::style::RGBColor,
    look: Look,
}

/// Latency by percentile, all runs over each other; `None` where nothing recorded any.
pub fn figure(story: &Story) -> Result<Option<Figure>, Complaint> {
    let curves = curves(story);
    let max = curves.iter().map(|curve| curve.recorded.max()).max();
    let min = curves
        .iter()
        .map(|curve| curve.recorded.percentile(FLOOR))
        .min();
    let count = curves.iter().map(|curve| curve.recorded.count()).max();
    let (Some(max), Some(min), Some(count)) = (max, min, count) else {
        return Ok(None);
    };
    let chart = Chart {
        x: Axis::nines("percentile", count),
        y: Axis::latencies("latency", (min as f64, max as f64)),
        lines: Vec::new(),
        shaded_to: None,
        mark: None,
    };
    let lines = curves.iter().map(|curve| line(curve, &chart.x)).collect();
    let legend = curves
        .iter()
        .map(|curve| (curve.color, curve.look, label(story, curve)));
    let mut legend: Vec<_> = legend.collect();
    legend.dedup_by(|a, b| a.2 == b.2);
    Ok(Some(Figure {
        title: "Latency by percentile".into(),
        note: "Each step to the right leaves a tenth of the operations: of a thousand, one took \
               longer than the 99.9th percentile. A curve ends with its longest latency."
            .into(),
        legend,
        svg: Chart { lines, ..chart }.draw()?,
        table: Some(table(story, &curves)),
    }))
}

fn curves(story: &Story) -> Vec<Curve<'_>> {
    let mut curves = Vec::new();
    for (group, run) in story.runs() {
        for (at, (measure, recorded)) in run.measures().into_iter().enumerate() {
            // Of several runs the measures that describe the broker, in the colour of the run.
            if !story.is_single() && measure == "client_lateness" {
                continue;
            }
            let (color, look) = match story.is_single() {
                true => (super::palette::color(at), Look::Plain),
                false if at == 0 => (group.color, Look::Plain),
                false => (group.color, Look::Dashed),
            };
            curves.push(Curve {
                group,
                measure,
                recorded,
                color,
                look,
            });
        }
    }
    curves
}

fn line(curve: &Curve, x: &Axis) -> Line {
    let recorded = &curve.recorded;
    let all = (recorded.count() as f64).log10();
    let nines = (0..).map(|point| f64::from(point) / POINTS);
    let nines = nines.take_while(|nines| *nines < all && share(*nines) < x.high);
    let point = |share| (share, Some(recorded.percentile(100.0 * share) as f64));
    let mut points: Vec<_> = nines.map(|nines| point(share(nines))).collect();
    // The last point is the longest of all, where the axis reaches it.
    points.push(match share(all) <= x.high {
        true => (share(all), Some(recorded.max() as f64)),
        false => point(x.high),
    });
    Line {
        color: curve.color,
        look: curve.look,
        points,
    }
}

fn label(story: &Story, curve: &Curve) -> String {
    let measure = words(&curve.measure);
    match story.is_single() {
        true => measure.to_owned(),
        false => format!("{}: {measure}", curve.group.name),
    }
}

/// A measure for people.
fn words(measure: &str) -> &str {
    match measure {
        "client_lateness" => "of it, the client late to begin",
        other => other,
    }
}

fn table(story: &Story, curves: &[Curve]) -> Table {
    let names = PERCENTS.iter().map(|percent| format!("p{percent}"));
    let mut head = vec![String::new(), "operations".to_owned()];
    head.extend(names);
    head.push("max".to_owned());
    let row = |curve: &Curve| {
        let recorded = &curve.recorded;
        let mut row = vec![label(story, curve), grouped(recorded.count())];
        row.extend(PERCENTS.map(|percent| time(recorded.percentile(percent))));
        row.push(time(recorded.max()));
        row
    };
    Table {
        head,
        rows: curves.iter().map(row).collect(),
        are_numbers: true,
    }
}
