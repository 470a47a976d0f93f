use std::collections::BTreeSet;
use std::io::{Write, stderr};

use serde_json::{Value, json};

use super::json::case as case_json;
use super::options::{Options, PAIRS_MIN};
use super::pairs::Pairs;
use super::sentence::{caveats, sentence};
use super::table::table;
use crate::io::{clock, uring};
use crate::perf::complaint::Complaint;
use crate::perf::run::say;
use crate::perf::scenario::{Case, Scenario};
use crate::perf::trial::{Bench, Broker, Halt, Limits};

/// Runs `perf compare` from its first word to its last sentence; what was measured is told,
/// whatever ended it.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let asked = options.clone();
    let (result, ended) = uring::run_alone(async move { measure(&asked).await })??;
    let kept = options.files.keep(&result);
    if ended == Err(Halt::Interrupted) {
        say("The comparison was interrupted; this is what was measured until then.")?;
    }
    if let Some(sentence) = result.get("sentence").and_then(Value::as_str) {
        say(sentence)?;
    }
    match ended {
        Err(Halt::Fault(fault)) => Err(fault),
        _ => kept,
    }
}

/// All steps: what came of them, and what ended them early.
async fn measure(options: &Options) -> Result<(Value, Result<(), Halt>), Complaint> {
    let mut scenario = Scenario::find(&options.scenario).await?;
    options.changes.apply(&mut scenario)?;
    let brokers = located(options.brokers())?;
    if options.pairs < PAIRS_MIN {
        say(&format!(
            "--pairs {}: a verdict takes {PAIRS_MIN}; this is a look.",
            options.pairs
        ))?;
    }
    let began = clock::wall();
    let mut contest = Contest {
        bench: Bench::open(options.changes.cores.clone()).await?,
        brokers,
        pairs: options.pairs,
        done: Vec::new(),
    };
    let ended = contest.steps(&mut scenario).await;
    contest.bench.close().await;
    let done = contest.done;
    let mut all = all_json(&done);
    all["tool"] = json!("corelane perf");
    all["tool_version"] = json!(env!("CARGO_PKG_VERSION"));
    all["scenario"] = json!(scenario.name);
    all["about"] = json!(scenario.about);
    all["began_unix_ms"] = json!(began);
    all["was_interrupted"] = json!(ended == Err(Halt::Interrupted));
    let told: Vec<String> = done.iter().map(sentence).collect();
    if !told.is_empty() {
        all["sentence"] = json!(format!("{}.", told.join("; ")));
    }
    Ok((all, ended))
}

/// The brokers with their processes, where these can be found.
fn located(mut brokers: Vec<Broker>) -> Result<Vec<Broker>, Complaint> {
    let mut names = BTreeSet::new();
    for broker in &mut brokers {
        broker.locate()?;
        let name = &broker.name;
        if !names.insert(name.clone()) {
            let text = format!("two brokers are called {name}: give each its own name");
            return Err(Complaint(text));
        }
        if broker.pid.is_none() {
            say(&format!(
                "The process of {name} is not on this host, or not shown to this user: its CPU, \
                 memory and disk stay unknown."
            ))?;
        }
    }
    Ok(brokers)
}

/// A single case is the whole; several are its steps.
fn all_json(done: &[Pairs]) -> Value {
    match done {
        [only] => case_json(only),
        several => json!({
            "command": "compare",
            "steps": several.iter().map(case_json).collect::<Vec<_>>(),
        }),
    }
}

/// The brokers in turn.
struct Contest {
    brokers: Vec<Broker>,
    bench: Bench,
    pairs: u32,
    done: Vec<Pairs>,
}

impl Contest {
    async fn steps(&mut self, scenario: &mut Scenario) -> Result<(), Halt> {
        scenario.unpack(self.bench.folder()).await?;
        let mut limits = Limits::default();
        for step in &scenario.steps {
            for case in &step.cases {
                let names = self.brokers.iter().map(|broker| broker.name.clone());
                let mut pairs = Pairs::new(&case.name, names.collect());
                let ended = self.case(case, &limits, &mut pairs).await;
                if !pairs.pairs.is_empty() {
                    limits.on_reached(&step.name, &pairs.rates());
                    tell(&pairs)?;
                    self.done.push(pairs);
                }
                ended?;
            }
        }
        Ok(())
    }

    /// One pair to warm up, then those that count: A B A B.
    async fn case(&mut self, case: &Case, limits: &Limits, pairs: &mut Pairs) -> Result<(), Halt> {
        for number in 0..=self.pairs {
            let mut pair = Vec::new();
            for broker in &self.brokers {
                let which = match number {
                    0 => "warm-up".to_owned(),
                    number => format!("pair {number} of {}", self.pairs),
                };
                // Progress is told to whoever listens; it is no matter when nobody does.
                let _ = writeln!(stderr(), "{}, {which}, {}", case.name, broker.name);
                let ran = self.bench.run(broker, case, limits).await;
                pair.push(ran.map_err(|halt| halt.of(&broker.name))?);
            }
            if number > 0 {
                pairs.pairs.push(pair);
            }
        }
        Ok(())
    }
}

fn tell(pairs: &Pairs) -> Result<(), Complaint> {
    let count = pairs.pairs.len();
    say(&format!(
        "\n{}: median (range) of --pairs {count}, a fresh topic each, after one to warm up",
        pairs.case
    ))?;
    say(table(pairs).trim_end())?;
    for line in caveats(pairs) {
        say(&line)?;
    }
    Ok(())
}
