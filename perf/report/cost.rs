use super::story::{Group, Run, Story};
use super::table::Table;
use crate::perf::amount::grouped;

/// A figure of a run: its words, and how it is found.
type Entry = (&'static str, fn(&Run) -> Option<f64>);

const ENTRIES: [Entry; 22] = [
    ("records", |run| run.number("/records")),
    ("records refused or lost", |run| {
        run.number("/error_records")
    }),
    ("records due and not sent", |run| {
        run.number("/unsent_records")
    }),
    ("seconds measured", |run| run.number("/measured_seconds")),
    ("records/s", |run| run.number("/records_per_second")),
    ("MB/s of keys and values", |run| {
        run.number("/payload_megabytes_per_second")
    }),
    ("requests/s", |run| run.number("/requests_per_second")),
    ("records per batch", |run| {
        ratio(run, "/records", "/batches")
    }),
    ("batches per request", |run| {
        ratio(run, "/batches", "/requests")
    }),
    ("bytes of key and value per record", |run| {
        ratio(run, "/payload_bytes", "/records")
    }),
    ("bytes of batch per record", |run| {
        ratio(run, "/batch_bytes", "/records")
    }),
    ("client CPU, cores", |run| {
        ratio(run, CPU, "/client/measured_seconds")
    }),
    ("client CPU-seconds per GB", |run| {
        Some(ratio(run, CPU, "/payload_bytes")? * 1e9)
    }),
    ("client CPU-seconds per million records", |run| {
        Some(ratio(run, CPU, "/records")? * 1e6)
    }),
    ("client CPU-seconds per million requests", |run| {
        Some(ratio(run, CPU, "/requests")? * 1e6)
    }),
    ("broker CPU, cores", |run| {
        ratio(
            run,
            "/broker_process/cpu_seconds",
            "/broker_process/measured_seconds",
        )
    }),
    ("broker CPU-seconds per GB", |run| {
        run.number("/broker_process/cpu_seconds_per_gb")
    }),
    ("broker CPU-seconds per million records", |run| {
        run.number("/broker_process/cpu_seconds_per_million_records")
    }),
    ("broker CPU-seconds per million requests", |run| {
        run.number("/broker_process/cpu_seconds_per_million_requests")
    }),
    ("broker memory at the most, MB", |run| {
        Some(run.number("/broker_process/rss_peak_bytes")? / 1e6)
    }),
    ("broker bytes to disk per byte of key and value", |run| {
        run.number("/broker_process/disk_written_bytes_per_payload_byte")
    }),
    ("broker context switches per million records", |run| {
        run.number("/broker_process/context_switches_per_million_records")
    }),
];
const CPU: &str = "/client/process_cpu_seconds";

fn ratio(run: &Run, above: &str, below: &str) -> Option<f64> {
    let below = run.number(below).filter(|below| *below > 0.0)?;
    Some(run.number(above)? / below)
}

/// CPU and bytes for what was done; of several runs of one name the median and the range.
pub fn table(story: &Story) -> Option<Table> {
    let mut head = vec![String::new()];
    head.extend(story.groups.iter().map(|group| group.name.clone()));
    if story.groups.len() == 1 {
        head.clear();
    }
    let mut rows = Vec::new();
    for (words, find) in ENTRIES {
        let numbers = story.groups.iter().map(|group| numbers(group, find));
        let numbers: Vec<Vec<f64>> = numbers.collect();
        let are_whole = numbers.iter().flatten().all(|number| number.fract() == 0.0);
        if numbers.iter().flatten().any(|number| *number > 0.0) {
            let mut row = vec![words.to_owned()];
            row.extend(numbers.iter().map(|numbers| cell(numbers, are_whole)));
            rows.push(row);
        }
    }
    (!rows.is_empty()).then_some(Table {
        head,
        rows,
        are_numbers: true,
    })
}

/// The figure of each run of a group, from the smallest.
fn numbers(group: &Group, find: fn(&Run) -> Option<f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = group.runs.iter().filter_map(find).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn cell(numbers: &[f64], are_whole: bool) -> String {
    let exact = |number: f64| exact(number, are_whole);
    match numbers {
        [] => String::new(),
        [one] => exact(*one),
        [min, .., max] => {
            let median = numbers.get(numbers.len() / 2).copied().unwrap_or(*min);
            format!("{} ({} to {})", exact(median), exact(*min), exact(*max))
        }
    }
}

/// Whole numbers in full, others with three digits or so.
fn exact(number: f64, is_whole: bool) -> String {
    match number {
        _ if is_whole || number >= 1000.0 => grouped(number.round() as u64),
        _ if number >= 100.0 => format!("{number:.1}"),
        _ if number >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}
