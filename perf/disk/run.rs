use std::cell::Cell;
use std::io::{Write, stdout};
use std::path::Path;
use std::rc::Rc;

use serde_json::{Value, json};

use super::Options;
use super::measure::{Measured, take};
use super::step::Step;
use crate::io::mesh::Receiver;
use crate::io::signal::{self, Stop};
use crate::io::{File, OpenMode, clock, fs, task, uring};
use crate::perf::amount::{grouped, time};
use crate::perf::complaint::Complaint;
use crate::perf::host::{Host, file_system_of};

/// The file that is written and read.
const FILE_NAME: &str = ".corelane-perf-disk";
/// The largest operation must fit.
const FILE_BYTES_MIN: usize = 16 << 20;

/// What was measured, whatever ended it.
#[derive(Default)]
struct Collected {
    steps: Vec<Measured>,
    was_interrupted: bool,
    fault: Option<Complaint>,
}

/// Runs `perf disk`; one line for each step as it ends. Ctrl-C ends it with what was measured.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
    let stops = signal::stop_signals().map_err(unheard)?;
    let asked = options.clone();
    let measured = uring::run_alone(async move {
        let collected = measure(&asked, stops).await?;
        let result = json(&asked, &collected).await;
        Ok::<_, Complaint>((collected, result))
    });
    let (collected, result) = measured??;
    if !collected.steps.is_empty() {
        say(&sentence(&collected.steps))?;
        options.files.keep(&result)?;
    }
    collected.fault.map_or(Ok(()), Err)
}

async fn measure(options: &Options, stops: Receiver<Stop>) -> Result<Collected, Complaint> {
    if options.file_bytes < FILE_BYTES_MIN {
        return Err(Complaint::new("--file-bytes: at least 16MiB"));
    }
    let directory = &options.data_dir;
    let failed = |error| Complaint(format!("cannot use {}: {error}", directory.display()));
    let room = fs::free_space(directory).await.map_err(failed)?;
    if room < options.file_bytes as u64 {
        return Err(Complaint(format!(
            "{} has {} bytes free, fewer than --file-bytes {}",
            directory.display(),
            grouped(room),
            grouped(options.file_bytes as u64)
        )));
    }
    let stopped = Rc::new(Cell::new(false));
    let stopping = stopped.clone();
    let listening = task::spawn(async move {
        stops.recv().await;
        stopping.set(true);
    });
    let path = directory.join(FILE_NAME);
    let mut collected = Collected::default();
    let done = all_steps(options, &path, &stopped, &mut collected.steps).await;
    listening.cancel().await;
    // A file that could not be made need not go.
    let _ = fs::remove_file(&path).await;
    collected.fault = done.err();
    collected.was_interrupted = stopped.get();
    Ok(collected)
}

async fn all_steps(
    options: &Options,
    path: &Path,
    stopped: &Cell<bool>,
    all: &mut Vec<Measured>,
) -> Result<(), Complaint> {
    let failed = |error| Complaint(format!("cannot write and read {}: {error}", path.display()));
    let file = File::open(path, OpenMode::Create).await.map_err(failed)?;
    say("operation        size  depth        MB/s       ops/s        p50        p99        max")?;
    for step in Step::ALL {
        let (bytes, time) = (options.file_bytes, options.duration);
        let measured = take(&file, step, bytes, time, stopped).await;
        let measured = measured.map_err(failed)?;
        if measured.operations > 0 {
            say(&line(&measured))?;
            all.push(measured);
        }
        if stopped.get() {
            break;
        }
    }
    Ok(())
}

fn line(measured: &Measured) -> String {
    let Measured {
        step, latencies, ..
    } = measured;
    format!(
        "{:<11} {:>5} KiB  {:>5}  {:>10.1}  {:>10}  {:>9}  {:>9}  {:>9}",
        step.name(),
        step.operation_bytes >> 10,
        step.depth,
        measured.bytes_per_second() / 1e6,
        grouped(measured.operations_per_second() as u64),
        time(latencies.percentile(50.0)),
        time(latencies.percentile(99.0)),
        time(latencies.max()),
    )
}

fn sentence(measured: &[Measured]) -> String {
    let best = |name: &str| {
        let of = measured
            .iter()
            .filter(|measured| measured.step.name() == name);
        of.map(Measured::bytes_per_second).fold(0.0, f64::max) / 1e6
    };
    let syncs = measured
        .iter()
        .filter(|measured| measured.step.name() == "write+sync");
    let sync = syncs
        .map(|measured| measured.latencies.percentile(50.0))
        .min();
    format!(
        "This disk writes {:.0} MB/s, {:.0} MB/s with a sync behind each write, reads {:.0} MB/s; \
         its fastest write with sync takes {} at p50.",
        best("write"),
        best("write+sync"),
        best("read"),
        time(sync.unwrap_or(0)),
    )
}

async fn json(options: &Options, collected: &Collected) -> Value {
    let measured = &collected.steps;
    let step = |measured: &Measured| {
        json!({
            "step": measured.step,
            "operations": measured.operations,
            "bytes": measured.bytes,
            "seconds": measured.took.as_secs_f64(),
            "megabytes_per_second": measured.bytes_per_second() / 1e6,
            "p50_ns": measured.latencies.percentile(50.0),
            "p99_ns": measured.latencies.percentile(99.0),
            "p99_9_ns": measured.latencies.percentile(99.9),
            "max_ns": measured.latencies.max(),
        })
    };
    json!({
        "tool": "corelane perf",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "command": "disk",
        "ended_unix_ms": clock::wall(),
        "was_interrupted": collected.was_interrupted,
        "fault": collected.fault.as_ref().map(|fault| fault.0.clone()),
        "directory": options.data_dir.display().to_string(),
        "file_system": file_system_of(&options.data_dir).await,
        "file_bytes": options.file_bytes,
        "host": Host::read().await,
        "steps": measured.iter().map(step).collect::<Vec<_>>(),
        "sentence": sentence(measured),
    })
}

fn say(line: &str) -> Result<(), Complaint> {
    let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
    writeln!(stdout(), "{line}").map_err(unwritable)
}
