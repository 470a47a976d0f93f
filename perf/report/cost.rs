use super::axis::short;
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
        let cells = story.groups.iter().map(|group| cell(group, find));
        let cells: Vec<String> = cells.collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            let mut row = vec![words.to_owned()];
            row.extend(cells);
            rows.push(row);
        }
    }
    (!rows.is_empty()).then_some(Table {
        head,
        rows,
        are_numbers: true,
    })
}

fn cell(group: &Group, find: fn(&Run) -> Option<f64>) -> String {
    let mut numbers: Vec<f64> = group.runs.iter().filter_map(find).collect();
    numbers.sort_by(f64::total_cmp);
    let median = numbers.get(numbers.len() / 2).copied();
    match (median, numbers.first(), numbers.last()) {
        (Some(median), Some(min), Some(max)) if numbers.len() > 1 => {
            format!("{} ({} to {})", exact(median), exact(*min), exact(*max))
        }
        (Some(one), ..) => exact(one),
        _ => String::new(),
    }
}

/// Whole numbers in full, others with three digits or so.
fn exact(number: f64) -> String {
    match number {
        _ if number >= 1000.0 || number.fract() == 0.0 => grouped(number.round() as u64),
        _ if number >= 100.0 => format!("{number:.1}"),
        _ if number >= 1.0 => format!("{number:.2}"),
        _ => short(number),
    }
}
