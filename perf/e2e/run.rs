use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Options;
use super::probe::{BYTES_MIN, Probe};
use crate::client::Acks;
use crate::io::{random, uring};
use crate::perf::amount::Rate;
use crate::perf::complaint::Complaint;
use crate::perf::conduct::conduct;
use crate::perf::outcome::{Outcome, Setting};
use crate::perf::pace::Arrivals;
use crate::perf::seat::Seat;
use crate::perf::survey::Survey;
use crate::perf::target::Target;

/// A record is copied on its way; some copies of it fit into memory.
const RECORD_BYTES_MAX: usize = 16 << 20;

/// A run of single records as decided.
#[derive(Debug)]
pub struct Plan {
    pub target: Target,
    pub run: u64,
    pub record_bytes: usize,
    pub rate: f64,
    pub arrivals: Arrivals,
    pub acks: Acks,
    pub records: u64,
    pub span: Option<Duration>,
}

/// Runs `perf e2e` from its first word to its result.
pub fn run(options: &Options) -> Result<(), Complaint> {
    if options.acks == Acks::None {
        return Err(Complaint::new("--acks 0 has no acknowledgement to measure"));
    }
    if options.record_size > RECORD_BYTES_MAX {
        let most = RECORD_BYTES_MAX >> 20;
        return Err(Complaint(format!("--record-size: at most {most} MiB")));
    }
    let asked = options.clone();
    let prepared = uring::run_alone(async move {
        let target = asked.place.address().find().await?;
        let survey = Survey::of(&asked.place.address()).await;
        Ok::<_, Complaint>((target, survey))
    });
    let (target, survey) = prepared??;
    let record_bytes = options.record_size.max(BYTES_MIN);
    let plan = Arc::new(Plan {
        target,
        run: random_run()?,
        record_bytes,
        rate: match options.rate {
            Rate::Records(records) => records,
            Rate::Bytes(bytes) => bytes / record_bytes as f64,
        },
        arrivals: options.arrivals,
        acks: options.acks,
        records: options.limits.records(record_bytes as f64),
        span: options.limits.span(),
    });
    let how = options.result.conduct(options.limits.warmup(), 1)?;
    let unseen = Arc::new(AtomicU64::new(0));
    let (shared, left) = (plan.clone(), unseen.clone());
    let collected = conduct(&how, move |seat| {
        Box::pin(measure(shared.clone(), seat, left.clone()))
    })?;
    let fault = collected.fault.clone();
    let unseen = unseen.load(Ordering::Relaxed);
    let mut outcome = Outcome::new("e2e", collected);
    outcome.second_measure = Some("visibility");
    outcome.wanted_records_per_second = Some(plan.rate);
    outcome.settings = settings(&plan);
    outcome.survey = Some(survey);
    outcome.extra = vec![Setting::new("acknowledged_but_unseen_records", unseen)];
    outcome.deliver(&options.result)?;
    match (fault, unseen) {
        (Some(fault), _) => Err(fault),
        (None, 0) => Ok(()),
        (None, unseen) => Err(Complaint(format!(
            "{unseen} acknowledged records were not seen by the consumer"
        ))),
    }
}

/// Dice belong to an executor.
fn random_run() -> Result<u64, Complaint> {
    Ok(uring::run_alone(async { random::u64() })?)
}

/// The first executor does all: a record's two ends are then on one clock and one core.
async fn measure(plan: Arc<Plan>, seat: Rc<Seat>, unseen: Arc<AtomicU64>) -> Result<(), Complaint> {
    if seat.number > 0 {
        seat.ready().await;
        return Ok(());
    }
    let probe = Probe::open(plan, seat.clone()).await?;
    let consumer = probe.consumer().await?;
    let start = seat.ready().await;
    let left = probe.work(consumer, start).await?;
    unseen.store(left, Ordering::Relaxed);
    Ok(())
}

fn settings(plan: &Plan) -> Vec<Setting> {
    vec![
        Setting::new("bootstrap_server", &plan.target.bootstrap),
        Setting::new("topic", &plan.target.topic().name),
        Setting::new("partitions", plan.target.leaders.len()),
        Setting::new("record_bytes", plan.record_bytes),
        Setting::new("rate_records_per_second", plan.rate),
        Setting::new("arrivals", format!("{:?}", plan.arrivals)),
        Setting::new("acks", plan.acks.number()),
        Setting::new(
            "loop",
            "open: both latencies count from the intended time of each record",
        ),
    ]
}
