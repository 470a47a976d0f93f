use std::io::{Write, stderr, stdout};

use serde_json::{Value, json};

use super::Options;
use super::table::table;
use crate::io::{clock, uring};
use crate::perf::complaint::Complaint;
use crate::perf::scenario::{self, Scenario};
use crate::perf::trial::{Bench, Broker, Halt, Limits, Trial};

/// Runs `perf run` from its first word to its table; what was measured is told, whatever ended
/// it.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let Some(wanted) = options.scenario.clone().filter(|_| !options.list) else {
        return say(&listed()?);
    };
    if options.show {
        let text = uring::run_alone(async move { scenario::text(&wanted).await })??;
        return say(text.trim_end());
    }
    let asked = options.clone();
    let (result, ended) = uring::run_alone(async move { measure(&asked, &wanted).await })??;
    options.files.keep(&result)?;
    match ended {
        Ok(()) => Ok(()),
        Err(Halt::Interrupted) => say("The runs were interrupted; these are the ones that ended."),
        Err(Halt::Fault(fault)) => Err(fault),
    }
}

/// The scenarios of this program, one a line.
fn listed() -> Result<String, Complaint> {
    let line = |name: &str| Ok(format!("{name:<12} {}", Scenario::built_in(name)?.about));
    let lines: Result<Vec<String>, Complaint> =
        scenario::NAMES.iter().map(|(name, _)| line(name)).collect();
    Ok(lines?.join("\n"))
}

/// All steps: their results, and what ended them early.
async fn measure(options: &Options, wanted: &str) -> Result<(Value, Result<(), Halt>), Complaint> {
    let mut scenario = Scenario::find(wanted).await?;
    options.changes.apply(&mut scenario)?;
    let mut broker = Broker {
        name: "broker".to_owned(),
        address: options.bootstrap_server.clone(),
        pid: options.broker_pid,
    };
    broker.locate()?;
    let mut bench = Bench::open(options.changes.cores.clone()).await?;
    let began = clock::wall();
    let mut runs = Vec::new();
    let ended = steps(&mut scenario, &broker, &mut bench, &mut runs).await;
    bench.close().await;
    if !runs.is_empty() {
        say(&format!("\n{}", table(&runs).trim_end()))?;
    }
    let result = json!({
        "tool": "corelane perf",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "command": "run",
        "scenario": scenario.name,
        "about": scenario.about,
        "began_unix_ms": began,
        "was_interrupted": ended == Err(Halt::Interrupted),
        "runs": runs.iter().map(|(_, run)| run).collect::<Vec<_>>(),
    });
    Ok((result, ended))
}

async fn steps(
    scenario: &mut Scenario,
    broker: &Broker,
    bench: &mut Bench,
    runs: &mut Vec<(String, Value)>,
) -> Result<(), Halt> {
    scenario.unpack(bench.folder()).await?;
    let mut limits = Limits::default();
    for step in &scenario.steps {
        for case in &step.cases {
            // Progress is told to whoever listens; it is no matter when nobody does.
            let _ = writeln!(stderr(), "running {}", case.name);
            let trial = bench.run(broker, case, &limits).await?;
            limits.on_reached(&step.name, &[trial.rate()]);
            tell(&case.name, &trial, runs)?;
        }
    }
    Ok(())
}

/// A sentence for each load.
fn tell(case: &str, trial: &Trial, runs: &mut Vec<(String, Value)>) -> Result<(), Complaint> {
    for (load, value) in trial.loads.iter().filter(|(_, value)| !value.is_null()) {
        let name = match trial.loads.len() {
            1 => case.to_owned(),
            _ => format!("{case}, {load}"),
        };
        let sentence = value.get("sentence").and_then(Value::as_str);
        say(&format!("{name}: {}", sentence.unwrap_or_default()))?;
        let mut value = value.clone();
        value["name"] = name.clone().into();
        runs.push((name, value));
    }
    Ok(())
}

/// Prints a line, or several, on stdout.
pub fn say(text: &str) -> Result<(), Complaint> {
    let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
    writeln!(stdout(), "{text}").map_err(unwritable)
}
