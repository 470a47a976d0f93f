use serde_json::{Map, Value, json};

use super::pairs::Pairs;
use super::ratio::Spread;
use super::sentence::{caveats, sentence};
use crate::perf::trial::{FIGURES, Trial};

/// One case: its figures in every pair, a typical run of each broker whole, and the ratios.
pub fn case(pairs: &Pairs) -> Value {
    json!({
        "command": "compare",
        "name": pairs.case,
        "pairs": pairs.pairs.iter().map(|pair| one(pairs, pair)).collect::<Vec<_>>(),
        "runs": runs(pairs),
        "medians": medians(pairs),
        "ratios": ratios(pairs),
        "caveats": caveats(pairs),
        "sentence": sentence(pairs),
    })
}

/// The figures of one pair, by broker.
fn one(pairs: &Pairs, pair: &[Trial]) -> Value {
    let figures = |trial: &Trial| {
        let known = FIGURES.iter();
        let known = known.filter_map(|figure| Some((figure.key, figure.of(trial.run())?)));
        let mut figures: Map<String, Value> = known
            .map(|(key, number)| (key.to_owned(), json!(number)))
            .collect();
        let verdict = trial.run().get("verdict").cloned();
        figures.insert("verdict".into(), verdict.unwrap_or_default());
        Value::Object(figures)
    };
    let named = pairs.brokers.iter().zip(pair);
    Value::Object(
        named
            .map(|(name, trial)| (name.clone(), figures(trial)))
            .collect(),
    )
}

fn runs(pairs: &Pairs) -> Vec<Value> {
    let named = |(at, name): (usize, &String)| {
        let mut run = pairs.typical(at)?.clone();
        run["name"] = json!(name);
        run["is"] = json!("the run in the middle of its broker's, by records a second");
        Some(run)
    };
    pairs.brokers.iter().enumerate().filter_map(named).collect()
}

fn spread(spread: &Spread, unit: &str) -> Value {
    json!({
        "median": spread.median,
        "min": spread.min,
        "max": spread.max,
        "count": spread.count,
        "unit": unit,
    })
}

fn medians(pairs: &Pairs) -> Value {
    let of_broker = |(at, name): (usize, &String)| {
        let figures = FIGURES.iter();
        let figures = figures.filter_map(|figure| Some((figure, pairs.spread(at, figure)?)));
        let figures =
            figures.map(|(figure, found)| (figure.key.to_owned(), spread(&found, figure.title)));
        (name.clone(), Value::Object(figures.collect()))
    };
    Value::Object(pairs.brokers.iter().enumerate().map(of_broker).collect())
}

/// By figure; those against a third and fourth broker are named with it.
fn ratios(pairs: &Pairs) -> Value {
    let first = pairs.brokers.first().map_or("", String::as_str);
    let mut all = Map::new();
    for (at, other) in pairs.brokers.iter().enumerate().skip(1) {
        for figure in &FIGURES {
            let Some(found) = pairs.ratio(at, figure) else {
                continue;
            };
            let key = match at {
                1 => figure.key.to_owned(),
                _ => format!("{} against {other}", figure.key),
            };
            all.insert(key, spread(&found, &format!("{first}/{other}")));
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Pairs, Trial, case};

    #[test]
    fn ratios_and_runs_stand_where_the_report_looks_for_them() {
        let trial = |rate: f64| Trial {
            loads: vec![("produce".into(), json!({ "records_per_second": rate }))],
        };
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut pairs = Pairs::new("bulk", names);
        pairs.pairs = vec![vec![trial(6.0), trial(3.0), trial(2.0)]];
        let told = case(&pairs);
        let ratio = &told["ratios"]["records_per_second"];
        assert_eq!(
            (&ratio["median"], &ratio["unit"]),
            (&json!(2.0), &json!("a/b"))
        );
        let third = &told["ratios"]["records_per_second against c"];
        assert_eq!(
            (&third["min"], &third["unit"]),
            (&json!(3.0), &json!("a/c"))
        );
        assert_eq!(told["runs"][1]["name"], "b");
        assert_eq!(told["pairs"][0]["c"]["records_per_second"], 2.0);
        assert_eq!(told["medians"]["a"]["records_per_second"]["max"], 6.0);
    }
}
