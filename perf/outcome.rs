use std::io::{Write, stdout};

use serde_json::{Map, Value, json};

use super::amount::{grouped, time};
use super::complaint::Complaint;
use super::conduct::Collected;
use super::cost::Cost;
use super::latency::Latencies;
use super::packed::Second;
use super::setup;
use super::survey::Survey;
use super::verdict::{Facts, Verdict};

/// One setting of a run, as written down with its result; the unit stands in the name.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub name: &'static str,
    pub value: Value,
}

impl Setting {
    pub fn new(name: &'static str, value: impl serde::Serialize) -> Setting {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        Setting { name, value }
    }
}

/// The result of a run, with all that one needs to judge or repeat it.
#[derive(Debug)]
pub struct Outcome {
    pub command: &'static str,
    pub collected: Collected,
    pub settings: Vec<Setting>,
    pub wanted_records_per_second: Option<f64>,
    /// Records that were due and not sent when the run ended.
    pub unsent_records: u64,
    /// The name of the second measure, where the run has one.
    pub second_measure: Option<&'static str>,
    /// Figures that only this kind of run has.
    pub extra: Vec<Setting>,
    pub survey: Option<Survey>,
}

impl Outcome {
    pub fn new(command: &'static str, collected: Collected) -> Outcome {
        Outcome {
            command,
            collected,
            settings: Vec::new(),
            wanted_records_per_second: None,
            unsent_records: 0,
            second_measure: None,
            extra: Vec::new(),
            survey: None,
        }
    }

    fn seconds(&self) -> f64 {
        self.collected.measured().as_secs_f64()
    }

    fn per_second(&self, amount: u64) -> f64 {
        match self.seconds() {
            seconds if seconds > 0.0 => amount as f64 / seconds,
            _ => 0.0,
        }
    }

    pub fn records_per_second(&self) -> f64 {
        self.per_second(self.collected.tally.counts.records)
    }

    /// In millions of bytes of keys and values.
    pub fn megabytes_per_second(&self) -> f64 {
        self.per_second(self.collected.tally.counts.payload_bytes) / 1e6
    }

    pub fn verdict(&self) -> Verdict {
        let usage = self.collected.usage.as_ref();
        let is_local = self.survey.as_ref().is_some_and(|survey| survey.is_local);
        let disk = usage.and_then(|usage| usage.busiest_disk());
        let link = usage.and_then(|usage| usage.busiest_link());
        let facts = Facts {
            wanted: self.wanted_records_per_second,
            achieved: self.records_per_second(),
            unsent: self.unsent_records,
            client_busy: usage.map(|usage| usage.busiest_executor()),
            client_core_busy: usage.map(|usage| usage.busiest_of(&self.collected.cores)),
            disk: disk
                .filter(|_| is_local)
                .map(|(name, share)| (name.to_owned(), share)),
            link: link
                .filter(|_| !is_local)
                .map(|(name, share)| (name.to_owned(), share)),
        };
        facts.judge()
    }

    /// The one sentence that a run ends in.
    pub fn sentence(&self) -> String {
        let latencies = &self.collected.tally.latencies;
        let usage = self.collected.usage.as_ref();
        let cpu = usage.map_or_else(
            || "client CPU unknown".to_owned(),
            |usage| {
                format!(
                    "client CPU {:.0} % of a core",
                    usage.process_cores() * 100.0
                )
            },
        );
        let verdict = self.verdict();
        // Readers of what is there already wait for nothing that could be measured.
        let latency = match latencies.count() {
            0 => "no latencies".to_owned(),
            _ => format!(
                "p50 {}, p99 {}, p99.9 {}, max {}",
                time(latencies.percentile(50.0)),
                time(latencies.percentile(99.0)),
                time(latencies.percentile(99.9)),
                time(latencies.max()),
            ),
        };
        format!(
            "{} records/s, {:.1} MB/s, {latency}, {cpu}, {}: {}.",
            grouped(self.records_per_second() as u64),
            self.megabytes_per_second(),
            verdict.limit.name(),
            verdict.evidence,
        )
    }

    /// What to say of records that were refused or lost; of those that an interrupt left
    /// unanswered, nothing.
    pub fn refusal(&self) -> Option<Complaint> {
        let tally = &self.collected.tally;
        let why = tally.refusal.as_ref()?;
        let is_told = tally.counts.errors > 0 && !self.collected.was_interrupted;
        let errors = grouped(tally.counts.errors);
        is_told.then(|| Complaint(format!("{errors} records were refused or lost: {why}")))
    }

    /// Prints the result and writes the files that were asked for; both, whatever becomes of the
    /// other.
    pub fn deliver(&self, wanted: &setup::Result) -> Result<(), Complaint> {
        let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
        let text = self.text();
        let printed = stdout().write_all(text.as_bytes()).map_err(unwritable);
        wanted.files.keep(&self.json()).and(printed)
    }

    /// For people; its last line is [`Outcome::sentence`].
    pub fn text(&self) -> String {
        let counts = &self.collected.tally.counts;
        let mut lines = vec![format!(
            "{} records in {} batches and {} requests, {} bytes of records, in {:.3} s \
             after {:.1} s of warm-up",
            grouped(counts.records),
            grouped(counts.batches),
            grouped(counts.requests),
            grouped(counts.payload_bytes),
            self.seconds(),
            self.collected.warmup.as_secs_f64(),
        )];
        if self.collected.tally.latencies.count() > 0 {
            lines.push(percentiles("latency", &self.collected.tally.latencies));
        }
        if let Some(name) = self.second_measure {
            lines.push(percentiles(name, &self.collected.tally.seconds));
        }
        if self.collected.tally.lateness.count() > 0 {
            let name = "of it, the client late to begin";
            lines.push(percentiles(name, &self.collected.tally.lateness));
        }
        if let Some((seconds, used)) = &self.collected.broker {
            lines.push(Cost::new(*seconds, used, counts).line());
        }
        for setting in &self.extra {
            lines.push(format!(
                "{}: {}",
                setting.name.replace('_', " "),
                setting.value
            ));
        }
        if counts.errors + self.unsent_records > 0 {
            lines.push(format!(
                "{} records were refused or lost, {} were due and not sent",
                grouped(counts.errors),
                grouped(self.unsent_records)
            ));
        }
        if self.collected.was_interrupted {
            lines.push("The run was interrupted; this is what was measured until then.".into());
        } else if self.collected.fault.is_some() {
            lines.push("The run ended early; this is what was measured until then.".into());
        }
        lines.push(self.sentence());
        lines.join("\n") + "\n"
    }

    pub fn json(&self) -> Value {
        let collected = &self.collected;
        let counts = &collected.tally.counts;
        let mut result = json!({
            "tool": "corelane perf",
            "tool_version": env!("CARGO_PKG_VERSION"),
            "command": self.command,
            "began_unix_ms": collected.began,
            "warmup_seconds": collected.warmup.as_secs_f64(),
            "measured_seconds": self.seconds(),
            "was_interrupted": collected.was_interrupted,
            "fault": collected.fault.as_ref().map(|fault| fault.0.clone()),
            "settings": named(&self.settings),
            "records": counts.records,
            "payload_bytes": counts.payload_bytes,
            "batch_bytes": counts.batch_bytes,
            "batches": counts.batches,
            "requests": counts.requests,
            "error_records": counts.errors,
            "unsent_records": self.unsent_records,
            "records_per_second": self.records_per_second(),
            "payload_megabytes_per_second": self.megabytes_per_second(),
            "requests_per_second": self.per_second(counts.requests),
            "latency": latency_json(&collected.tally.latencies),
            "client_lateness": latency_json(&collected.tally.lateness),
            "series": self.series(),
            "series_seconds_left_out": collected.seconds_left_out,
            "client": self.client(),
            "verdict": self.verdict(),
            "sentence": self.sentence(),
        });
        if let Some(name) = self.second_measure {
            result[name] = latency_json(&collected.tally.seconds);
        }
        for setting in &self.extra {
            result[setting.name] = setting.value.clone();
        }
        if let Some((seconds, used)) = &collected.broker {
            result["broker_process"] = Cost::new(*seconds, used, counts).json();
        }
        if let Some(survey) = &self.survey {
            result["host"] = survey.host.clone();
            result["broker"] = survey.broker.clone();
        }
        result
    }

    fn series(&self) -> Vec<Value> {
        let row = |(second, row): (usize, &Second)| {
            let latencies = row.latencies.unpack();
            json!({
                "second": second,
                "seconds": row.length,
                "records": row.counts.records,
                "payload_bytes": row.counts.payload_bytes,
                "error_records": row.counts.errors,
                "p50_ns": latencies.percentile(50.0),
                "p99_ns": latencies.percentile(99.0),
                "p99_9_ns": latencies.percentile(99.9),
                "max_ns": latencies.max(),
            })
        };
        self.collected.rows.iter().enumerate().map(row).collect()
    }

    fn client(&self) -> Value {
        let Some(usage) = &self.collected.usage else {
            return Value::Null;
        };
        json!({
            "cores": self.collected.cores,
            "measured_seconds": usage.seconds,
            "process_cpu_seconds": usage.process,
            "executor_cpu_seconds": usage.executors,
            "host_core_busy_seconds": usage.cores,
            "links": usage.links,
            "process_cpu_seconds_per_gb": usage.process * 1e9
                / (self.collected.tally.counts.payload_bytes.max(1) as f64),
        })
    }
}

fn named(settings: &[Setting]) -> Value {
    let pairs = settings
        .iter()
        .map(|setting| (setting.name.to_owned(), setting.value.clone()));
    Value::Object(pairs.collect::<Map<String, Value>>())
}

fn percentiles(name: &str, latencies: &Latencies) -> String {
    let each = latencies
        .percentiles()
        .map(|(name, nanos)| format!("{} {}", name.replace('_', "."), time(nanos)));
    let each: Vec<String> = each.collect();
    format!("{name}: {}, max {}", each.join(", "), time(latencies.max()))
}

/// Percentiles in nanoseconds and all recorded values as `[nanoseconds, count]`.
fn latency_json(latencies: &Latencies) -> Value {
    let mut result = Map::new();
    result.insert("count".into(), json!(latencies.count()));
    result.insert("mean_ns".into(), json!(latencies.mean()));
    for (name, nanos) in latencies.percentiles() {
        result.insert(format!("{name}_ns"), json!(nanos));
    }
    result.insert("max_ns".into(), json!(latencies.max()));
    let recorded = latencies.histogram().iter_recorded();
    let pairs = recorded.map(|step| json!([step.value_iterated_to(), step.count_at_value()]));
    result.insert("histogram_ns_count".into(), Value::Array(pairs.collect()));
    Value::Object(result)
}
