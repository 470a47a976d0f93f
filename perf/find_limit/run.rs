use std::io::{Write, stdout};

use serde_json::{Value, json};

use super::Options;
use super::search::Search;
use crate::perf::amount::{Rate, grouped, time};
use crate::perf::complaint::Complaint;
use crate::perf::outcome::Outcome;
use crate::perf::produce;
use crate::perf::progress::Voice;

/// One rate and what came of it.
struct Point {
    rate: f64,
    kept: bool,
    outcome: Outcome,
}

/// Runs `perf find-limit`: a line for each point as it is measured, then the knee.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let mut search = Search::new(options.first_rate.max(1) as f64, options.halvings);
    let mut points = Vec::new();
    say("       rate    achieved        MB/s        p50        p99      p99.9  kept")?;
    let mut fault = None;
    while let Some(rate) = search.next() {
        let (point, broken) = match measure(options, rate) {
            Ok(measured) => measured,
            // No point came of it; those before it are kept.
            Err(complaint) => {
                fault = Some(complaint);
                break;
            }
        };
        say(&line(&point))?;
        fault = broken;
        // Half a point says nothing of its rate.
        let is_whole = !point.outcome.collected.was_interrupted;
        if is_whole {
            search.on_point(point.kept);
        }
        points.push(point);
        if !is_whole || fault.is_some() {
            break;
        }
    }
    if !points.is_empty() {
        let sentence = sentence(options, &search, &points);
        say(&sentence)?;
        let mut result = json(options, &search, &points, &sentence);
        result["fault"] = fault.as_ref().map(|fault| fault.0.clone()).into();
        options.produce.result.files.keep(&result)?;
    }
    fault.map_or(Ok(()), Err)
}

/// One point, and what ended it so early that there is no use in another.
fn measure(options: &Options, rate: f64) -> Result<(Point, Option<Complaint>), Complaint> {
    let mut produce = options.produce.clone();
    produce.sending.rate = Some(Rate::Records(rate));
    let (outcome, fault) = produce::measure(&produce, Some(Voice::Quiet))?;
    let tally = &outcome.collected.tally;
    let allowed = tally.counts.records / 1_000_000 * options.errors_per_million;
    let is_soon = u128::from(tally.latencies.percentile(99.0)) <= options.p99.as_nanos();
    let is_reached = outcome.unsent_records == 0 && outcome.records_per_second() >= 0.99 * rate;
    let kept = fault.is_none() && is_soon && is_reached && tally.counts.errors <= allowed;
    let broken = fault.filter(|_| tally.counts.records == 0);
    let point = Point {
        rate,
        kept,
        outcome,
    };
    Ok((point, broken))
}

/// What a point did not keep.
fn breach(options: &Options, outcome: &Outcome) -> String {
    let tally = &outcome.collected.tally;
    let p99 = tally.latencies.percentile(99.0);
    if u128::from(p99) > options.p99.as_nanos() {
        return format!("it was {}", time(p99));
    }
    match tally.counts.errors {
        0 => format!(
            "only {} were reached",
            grouped(outcome.records_per_second() as u64)
        ),
        errors => format!("{} records were refused or lost", grouped(errors)),
    }
}

fn line(point: &Point) -> String {
    let latencies = &point.outcome.collected.tally.latencies;
    format!(
        "{:>11}  {:>10}  {:>10.1}  {:>9}  {:>9}  {:>9}  {}",
        grouped(point.rate as u64),
        grouped(point.outcome.records_per_second() as u64),
        point.outcome.megabytes_per_second(),
        time(latencies.percentile(50.0)),
        time(latencies.percentile(99.0)),
        time(latencies.percentile(99.9)),
        match point.kept {
            _ if point.outcome.collected.was_interrupted => "interrupted",
            true => "yes",
            false => "no",
        },
    )
}

fn sentence(options: &Options, search: &Search, points: &[Point]) -> String {
    let bound = time(u64::try_from(options.p99.as_nanos()).unwrap_or(u64::MAX));
    let Some(knee) = search.knee() else {
        return format!("No rate kept p99 within {bound}.");
    };
    let first_broken = points
        .iter()
        .filter(|point| !point.kept && point.rate > knee);
    let first_broken = first_broken.min_by(|a, b| a.rate.total_cmp(&b.rate));
    let beyond = match first_broken {
        Some(point) => {
            let verdict = point.outcome.verdict();
            format!(
                "; at {} {}, {}: {}",
                grouped(point.rate as u64),
                breach(options, &point.outcome),
                verdict.limit.name(),
                verdict.evidence
            )
        }
        None => String::new(),
    };
    format!(
        "{} records/s is the highest rate at which p99 was within {bound}{beyond}.",
        grouped(knee as u64)
    )
}

fn json(options: &Options, search: &Search, points: &[Point], sentence: &str) -> Value {
    let point = |point: &Point| {
        json!({
            "rate_records_per_second": point.rate,
            "kept": point.kept,
            "run": point.outcome.json(),
        })
    };
    json!({
        "tool": "corelane perf",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "command": "find-limit",
        "p99_bound_ns": u64::try_from(options.p99.as_nanos()).unwrap_or(u64::MAX),
        "knee_records_per_second": search.knee(),
        "points": points.iter().map(point).collect::<Vec<_>>(),
        "sentence": sentence,
    })
}

fn say(line: &str) -> Result<(), Complaint> {
    let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
    writeln!(stdout(), "{line}").map_err(unwritable)
}
