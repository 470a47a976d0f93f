use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::{Broker, Figure, Limits};
use crate::client::admin;
use crate::io::mesh::Receiver;
use crate::io::process::{self, Worker};
use crate::io::signal::{self, Stop};
use crate::io::{clock, fs, random};
use crate::model::Instant;
use crate::perf::complaint::Complaint;
use crate::perf::cost::Cost;
use crate::perf::scenario::{Case, Load};
use crate::perf::target::{Address, topic_names};

/// How often processes are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// How long the loads beside the measured one may take to end when they are asked to.
const GRACE: Duration = Duration::from_secs(30);

/// Why there is no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt {
    /// Ctrl-C.
    Interrupted,
    Fault(Complaint),
}

impl Halt {
    /// The same, told of a broker.
    pub fn of(self, broker: &str) -> Halt {
        match self {
            Halt::Interrupted => Halt::Interrupted,
            Halt::Fault(Complaint(text)) => Halt::Fault(Complaint(format!("{broker}: {text}"))),
        }
    }
}

impl From<Complaint> for Halt {
    fn from(complaint: Complaint) -> Halt {
        Halt::Fault(complaint)
    }
}

/// What came of one run: the result of each load, by name; the first is the measured one's.
#[derive(Clone, Debug)]
pub struct Trial {
    pub loads: Vec<(String, Value)>,
}

impl Trial {
    /// The measured load's result.
    pub fn run(&self) -> &Value {
        self.loads.first().map_or(&Value::Null, |(_, value)| value)
    }

    /// Records a second of the measured load.
    pub fn rate(&self) -> f64 {
        let figure = Figure::named("records_per_second");
        figure.of(self.run()).unwrap_or(0.0)
    }
}

/// Where runs are made: a folder for results, and what all runs have in common.
pub struct Bench {
    folder: PathBuf,
    cores: Option<String>,
    stops: Receiver<Stop>,
    /// Tells the topics of this bench from those of others.
    mark: u64,
    runs: u32,
}

impl Bench {
    /// `cores` are those of the clients, as in `--cores`.
    pub async fn open(cores: Option<String>) -> Result<Bench, Complaint> {
        let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
        let mark = random::u64();
        let folder = std::env::temp_dir().join(format!("corelane-perf-{mark:016x}"));
        let shown = folder.display().to_string();
        let made = fs::create_dir_all(&folder).await;
        made.map_err(|error| Complaint(format!("cannot make {shown}: {error}")))?;
        Ok(Bench {
            folder,
            cores,
            stops: signal::stop_signals().map_err(unheard)?,
            mark,
            runs: 0,
        })
    }

    /// A folder that lives as long as this.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    pub async fn close(self) {
        // What is left there is in nobody's way.
        let _ = fs::remove_dir_all(&self.folder).await;
    }

    /// Runs a case once.
    pub async fn run(
        &mut self,
        broker: &Broker,
        case: &Case,
        limits: &Limits,
    ) -> Result<Trial, Halt> {
        self.runs += 1;
        let topic = format!("perf-{:08x}-{}", self.mark >> 32, self.runs);
        if broker.pid.is_some() {
            process::write_back().await;
        }
        let ran = self.run_on(&topic, broker, case, limits).await;
        for name in topics_of(case, &topic) {
            delete(broker, &name).await;
        }
        ran
    }

    async fn run_on(
        &self,
        topic: &str,
        broker: &Broker,
        case: &Case,
        limits: &Limits,
    ) -> Result<Trial, Halt> {
        for load in &case.first {
            let part = Part::new(self, topic, broker, load, limits)?;
            self.together(vec![part]).await?;
        }
        let mut parts = Vec::new();
        for load in &case.loads {
            let mut part = Part::new(self, topic, broker, load, limits)?;
            if let Some(pid) = broker.pid.filter(|_| parts.is_empty()) {
                part.line.extend(["--broker-pid".into(), pid.to_string()]);
            }
            parts.push(part);
        }
        let mut trial = Trial {
            loads: self.together(parts).await?,
        };
        if trial.rate() <= 0.0 {
            return Err(Halt::Fault(Complaint(format!(
                "{}: nothing was measured: all ended within the warm-up, or nothing came",
                case.name
            ))));
        }
        Cost::share(&mut trial.loads);
        Ok(trial)
    }

    /// Runs loads together until the first ends, and gives their results.
    async fn together(&self, mut parts: Vec<Part>) -> Result<Vec<(String, Value)>, Halt> {
        let start = clock::now();
        let mut asked: Option<Instant> = None;
        loop {
            let now = clock::now();
            for part in &mut parts {
                part.advance(now.since(start), asked.is_some())?;
            }
            if parts.iter().all(|part| part.is_done) {
                break;
            }
            if self.stops.try_recv().is_some() {
                return Err(Halt::Interrupted);
            }
            if asked.is_none() && parts.first().is_some_and(|first| first.is_done) {
                asked = Some(now);
                parts.iter().for_each(Part::ask_to_end);
            }
            if asked.is_some_and(|asked| now.since(asked) >= GRACE) {
                let seconds = GRACE.as_secs();
                return Err(Halt::Fault(Complaint(format!(
                    "a load did not end within {seconds} s of being asked to"
                ))));
            }
            clock::sleep(LOOK_EVERY).await;
        }
        let mut results = Vec::new();
        for part in &parts {
            results.push((part.name.clone(), part.result().await?));
        }
        Ok(results)
    }
}

/// A load of a run, as a process.
struct Part {
    name: String,
    after: Duration,
    line: Vec<String>,
    file: PathBuf,
    worker: Option<Worker>,
    is_done: bool,
}

impl Part {
    fn new(
        bench: &Bench,
        topic: &str,
        broker: &Broker,
        load: &Load,
        limits: &Limits,
    ) -> Result<Part, Complaint> {
        let mut load = load.clone();
        if let Some(share) = load.share() {
            load.set("rate", &limits.rate(&share)?.to_string());
        }
        let file = bench.folder.join(format!("{}.json", load.name));
        let mut more = vec![
            ("topic", topic.to_owned()),
            ("bootstrap-server", broker.address.clone()),
            ("json", file.to_string_lossy().into_owned()),
        ];
        if let Some(cores) = &bench.cores {
            more.push(("cores", cores.clone()));
        }
        let mut line = vec!["perf".to_owned()];
        line.extend(load.line(&more));
        line.push("--quiet".to_owned());
        Ok(Part {
            name: load.name,
            after: load.after,
            line,
            file,
            worker: None,
            is_done: false,
        })
    }

    /// Starts it when it is time, and looks whether it has ended.
    fn advance(&mut self, passed: Duration, is_ending: bool) -> Result<(), Complaint> {
        let failed = |error| Complaint(format!("cannot run a load: {error}"));
        let Some(worker) = &mut self.worker else {
            if is_ending {
                self.is_done = true;
            } else if passed >= self.after {
                self.worker = Some(Worker::start(&self.line).map_err(failed)?);
            }
            return Ok(());
        };
        match worker.ended().map_err(failed)? {
            Some(true) => self.is_done = true,
            Some(false) => return Err(self.complaint()),
            None => {}
        }
        Ok(())
    }

    fn complaint(&mut self) -> Complaint {
        let said = self.worker.as_mut().map(Worker::complaint);
        let said = said.unwrap_or_default();
        let last = said
            .trim()
            .lines()
            .last()
            .unwrap_or("it ended without a word")
            .to_owned();
        Complaint(format!("{}: {last}", self.name))
    }

    fn ask_to_end(&self) {
        if let Some(worker) = self.worker.as_ref().filter(|_| !self.is_done) {
            // It may have ended just now.
            let _ = process::terminate(worker.id());
        }
    }

    async fn result(&self) -> Result<Value, Complaint> {
        if self.worker.is_none() {
            return Ok(Value::Null);
        }
        let wrong = |error: String| Complaint(format!("{} left no result: {error}", self.name));
        let bytes = fs::read(&self.file).await;
        let bytes = bytes.map_err(|error| wrong(error.to_string()))?;
        let read = serde_json::from_slice(&bytes);
        let mut value: Value = read.map_err(|error| wrong(error.to_string()))?;
        value["load"] = self.name.clone().into();
        value["line"] = format!("corelane {}", self.line.join(" ")).into();
        Ok(value)
    }
}

/// The topics of a run whose own is `topic`: some loads may use several.
fn topics_of(case: &Case, topic: &str) -> BTreeSet<String> {
    let loads = case.first.iter().chain(&case.loads);
    let count = |load: &Load| {
        load.words
            .get("topics")
            .and_then(|count| count.parse().ok())
    };
    loads
        .flat_map(|load| topic_names(topic, count(load).unwrap_or(1)))
        .collect()
}

/// Deletes a run's topic; what cannot be deleted is left to who runs the broker.
async fn delete(broker: &Broker, topic: &str) {
    let address = Address::single(&broker.address, topic);
    if let Ok(cluster) = address.connect().await {
        let _ = admin::delete_topic(&cluster, topic).await;
    }
}
