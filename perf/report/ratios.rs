use serde_json::Value;

use super::axis::{Axis, short};
use super::chart::{Bar, Bars};
use super::figure::Figure;
use super::palette;
use super::story::Story;
use crate::perf::complaint::Complaint;

/// The ratios of a comparison as bars with their ranges, those of one unit in one drawing: what
/// stands in `ratios` as name to `{median, min, max, unit}`.
pub fn figures(story: &Story) -> Result<Vec<Figure>, Complaint> {
    let mut figures = Vec::new();
    for (name, value) in &story.values {
        let ratios = value.get("ratios").and_then(Value::as_object);
        let bars = ratios.into_iter().flatten();
        // Their names are in order of letters; backwards, records come first and the broker last.
        let bars = bars.rev().filter_map(|(name, ratio)| bar(name, ratio));
        let bars: Vec<(String, Bar)> = bars.collect();
        let mut units: Vec<&String> = bars.iter().map(|(unit, _)| unit).collect();
        units.sort();
        units.dedup();
        for unit in units {
            let of_unit = bars.iter().filter(|(of, _)| of == unit);
            let of_unit = of_unit.map(|(_, bar)| bar.clone()).collect();
            figures.push(figure(name, unit, of_unit)?);
        }
    }
    Ok(figures)
}

fn bar(name: &str, ratio: &Value) -> Option<(String, Bar)> {
    let number = |name: &str| ratio.get(name)?.as_f64().filter(|ratio| *ratio > 0.0);
    let (median, min, max) = (number("median")?, number("min")?, number("max")?);
    let unit = ratio.get("unit").and_then(Value::as_str).unwrap_or("");
    let bar = Bar {
        label: name.replace('_', " "),
        color: palette::color(usize::from(median < 1.0)),
        value: median,
        range: Some((min, max)),
        note: format!("{median:.2} ({min:.2} to {max:.2})"),
    };
    Some((unit.to_owned(), bar))
}

fn figure(name: &str, unit: &str, bars: Vec<Bar>) -> Result<Figure, Complaint> {
    let ranges = bars.iter().filter_map(|bar| bar.range);
    let (min, max) = ranges.fold((1.0, 1.0), |(low, high): (f64, f64), (min, max)| {
        (low.min(min), high.max(max))
    });
    // A third of the width is for the figures behind the longest bar; a ratio may be 0.
    let room = (max / min).sqrt().clamp(2.0, 100.0);
    let title = if unit.is_empty() { "ratio" } else { unit };
    let bars = Bars {
        x: Axis::logarithmic(title, (min, max * room), short),
        from: 1.0,
        bars,
    };
    Ok(Figure {
        title: format!("Ratios: {name}"),
        note: "The median of the ratios of all pairs; the thin line goes from the smallest to the \
               largest. Where a bar goes to the right the first of the two has more of it, to the \
               left less."
            .into(),
        legend: Vec::new(),
        svg: bars.draw()?,
        table: None,
    })
}
