use serde_json::Value;

use crate::perf::trial::Figure;

/// The figures of each line, by their keys.
const COLUMNS: [&str; 6] = [
    "records_per_second",
    "payload_megabytes_per_second",
    "latency_p50_ns",
    "latency_p99_ns",
    "latency_p99_9_ns",
    "broker_cpu_seconds_per_gb",
];

/// One line for each run, names to the left, a heading above.
pub fn table(runs: &[(String, Value)]) -> String {
    let mut rows = vec![vec!["run".to_owned()]];
    rows[0].extend(COLUMNS.map(|key| Figure::named(key).title.to_owned()));
    rows[0].push("held back".to_owned());
    for (name, run) in runs {
        let mut row = vec![name.clone()];
        row.extend(COLUMNS.map(|key| {
            let figure = Figure::named(key);
            figure
                .of(run)
                .map_or("-".to_owned(), |number| figure.text(number))
        }));
        let limit = run.pointer("/verdict/limit").and_then(Value::as_str);
        row.push(limit.unwrap_or("-").to_owned());
        rows.push(row);
    }
    aligned(&rows)
}

/// Columns under each other: the first to the left, the others to the right.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::table;

    #[test]
    fn runs_stand_below_each_other() {
        let run = json!({
            "records_per_second": 5000.0,
            "latency": { "p50_ns": 2_000_000 },
            "verdict": { "limit": "broker-bound" },
        });
        let told = table(&[("a".into(), run), ("long name".into(), json!({}))]);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[0],
            "run        records/s  MB/s      p50  p99  p99.9  broker CPU-s/GB     held back"
        );
        assert_eq!(
            lines[1],
            "a              5,000     -  2.00 ms    -      -                -  broker-bound"
        );
        assert!(lines[2].starts_with("long name          -"));
    }
}
