use super::pairs::Pairs;
use super::ratio::Spread;
use crate::perf::run::aligned;
use crate::perf::trial::{FIGURES, Figure, digits};

/// One line for each figure that was measured: every broker's median and range, then the ratios
/// of the pairs.
pub fn table(pairs: &Pairs) -> String {
    let first = pairs.brokers.first().map_or("", String::as_str);
    let mut heading = vec![String::new()];
    heading.extend(pairs.brokers.iter().cloned());
    let others = pairs.brokers.iter().skip(1);
    heading.extend(others.map(|other| format!("{first}/{other}")));
    let mut rows = vec![heading];
    rows.extend(FIGURES.iter().filter_map(|figure| row(pairs, figure)));
    aligned(&rows)
}

fn row(pairs: &Pairs, figure: &Figure) -> Option<Vec<String>> {
    let brokers = 0..pairs.brokers.len();
    let spreads: Vec<Option<Spread>> = brokers.map(|at| pairs.spread(at, figure)).collect();
    spreads.iter().flatten().next()?;
    let cell = |spread: &Option<Spread>, text: &dyn Fn(f64) -> String| match spread {
        Some(Spread {
            median, min, max, ..
        }) => {
            format!("{} ({} - {})", text(*median), text(*min), text(*max))
        }
        None => "-".to_owned(),
    };
    let mut row = vec![figure.title.to_owned()];
    row.extend(
        spreads
            .iter()
            .map(|spread| cell(spread, &|number| figure.text(number))),
    );
    let others = 1..pairs.brokers.len();
    row.extend(others.map(|other| cell(&pairs.ratio(other, figure), &digits)));
    Some(row)
}
