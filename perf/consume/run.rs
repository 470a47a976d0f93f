use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Options;
use super::check::Findings;
use super::options::Check;
use super::plan::Plan;
use super::reader::Reader;
use crate::io::{mesh, uring};
use crate::perf::complaint::Complaint;
use crate::perf::conduct::conduct;
use crate::perf::outcome::{Outcome, Setting};
use crate::perf::progress::Voice;
use crate::perf::seat::Seat;
use crate::perf::survey::Survey;

/// What came of a run of consumers.
pub struct Measured {
    pub outcome: Outcome,
    pub findings: Findings,
    /// What ended it early.
    pub fault: Option<Complaint>,
}

/// Runs `perf consume` from its first word to its result.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let measured = measure(options, None)?;
    measured.outcome.deliver(&options.result)?;
    match measured.fault {
        Some(fault) => Err(fault),
        None if measured.findings.corrupt_batches > 0 => {
            let count = measured.findings.corrupt_batches;
            Err(Complaint(format!("{count} batches are corrupt")))
        }
        None => Ok(()),
    }
}

/// Measures; progress is told as the options say, or in the `voice` of the caller's choice.
pub fn measure(options: &Options, voice: Option<Voice>) -> Result<Measured, Complaint> {
    let asked = options.clone();
    let prepared = uring::run_alone(async move {
        let plan = Plan::new(&asked).await?;
        let survey = Survey::of(&asked.address()).await;
        Ok::<_, Complaint>((plan, survey))
    });
    let (plan, survey) = prepared??;
    let plan = Arc::new(plan);
    let readers = plan.consumers * plan.groups;
    let mut how = options.result.conduct(options.warmup(), readers)?;
    how.voice = voice.unwrap_or(how.voice);
    let (found, all_found) = mesh::mailbox(readers);
    let shared = plan.clone();
    let collected = conduct(&how, move |seat| {
        Box::pin(read(shared.clone(), seat, found.clone()))
    })?;
    let mut findings = Findings::default();
    let mut looking = Duration::ZERO;
    while let Some((one, took)) = all_found.try_recv() {
        findings.merge(&one);
        looking += took;
    }
    let fault = collected.fault.clone();
    let mut outcome = Outcome::new("consume", collected);
    outcome.settings = settings(options, &plan);
    outcome.survey = Some(survey);
    outcome.extra = vec![
        Setting::new("offset_gaps", findings.gaps),
        Setting::new("missing_offsets", findings.missing_offsets),
        Setting::new("corrupt_batches", findings.corrupt_batches),
        Setting::new("checking_seconds", looking.as_secs_f64()),
    ];
    Ok(Measured {
        outcome,
        findings,
        fault,
    })
}

type Found = mesh::Sender<(Findings, Duration)>;

/// One executor's consumers.
async fn read(plan: Arc<Plan>, seat: Rc<Seat>, found: Found) -> Result<(), Complaint> {
    let mut readers = Vec::new();
    for number in seat.share(plan.consumers * plan.groups) {
        readers.push(Reader::open(plan.clone(), seat.clone(), number).await?);
    }
    let start = seat.ready().await;
    let working = readers.into_iter().map(|reader| reader.work(start));
    for done in join_all(working).await {
        // There is room for all of them.
        drop(found.try_send(done?));
    }
    Ok(())
}

fn settings(options: &Options, plan: &Plan) -> Vec<Setting> {
    let check = match plan.check {
        Check::Batches => "batch headers and gaps",
        Check::Crc => "batch headers, gaps and checksums",
        Check::Records => "batch headers, gaps, checksums and every record",
    };
    vec![
        Setting::new("bootstrap_server", &plan.target.bootstrap),
        Setting::new("topic", plan.target.names()),
        Setting::new("topics", plan.target.topics.len()),
        Setting::new("partitions", plan.target.partitions),
        Setting::new("begins", if options.tail { "end" } else { "beginning" }),
        Setting::new("groups", plan.groups),
        Setting::new("consumers_per_group", plan.consumers),
        Setting::new("checked", check),
        Setting::new("fetch_bytes_max", plan.settings.bytes_max),
        Setting::new("partition_bytes_max", options.partition_bytes),
        Setting::new("fetch_bytes_min", options.min_bytes),
        Setting::new("fetch_wait_ms", options.max_wait.as_secs_f64() * 1e3),
        Setting::new(
            "bytes_are",
            match plan.check {
                Check::Records => "keys and values",
                _ => "records with their framing, as stored",
            },
        ),
    ]
}
