use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;

use super::producer::{Ground, Producer};
use super::{Options, Plan};
use crate::client::Acks;
use crate::io::uring;
use crate::perf::complaint::Complaint;
use crate::perf::conduct::{Collected, conduct};
use crate::perf::load::Shelf;
use crate::perf::outcome::{Outcome, Setting};
use crate::perf::progress::Voice;
use crate::perf::seat::Seat;
use crate::perf::survey::Survey;
use crate::perf::tally::Steady;

/// Runs `perf produce` from its first word to its result.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let (outcome, fault) = measure(options, None)?;
    outcome.deliver(&options.result)?;
    match fault.or_else(|| outcome.refusal()) {
        Some(complaint) => Err(complaint),
        None => Ok(()),
    }
}

/// Measures, and gives what was measured together with what ended it early. Progress is told as
/// the options say, or in the `voice` of the caller's choice.
pub fn measure(
    options: &Options,
    voice: Option<Voice>,
) -> Result<(Outcome, Option<Complaint>), Complaint> {
    let asked = options.clone();
    let prepared = uring::run_alone(async move {
        let plan = Plan::new(&asked).await?;
        let survey = Survey::of(&asked.address()).await;
        Ok::<_, Complaint>((plan, survey))
    });
    let (plan, survey) = prepared??;
    let plan = Arc::new(plan);
    let mut how = options
        .result
        .conduct(options.limits.warmup(), plan.producers)?;
    how.voice = voice.unwrap_or(how.voice);
    let unsent = Arc::new(AtomicU64::new(0));
    let (shared, left) = (plan.clone(), unsent.clone());
    let collected = conduct(&how, move |seat| {
        Box::pin(produce(shared.clone(), seat, left.clone()))
    })?;
    let unsent = unsent.load(Ordering::Relaxed);
    let (mut outcome, fault) = outcome(options, &plan, collected, unsent);
    outcome.survey = Some(survey);
    Ok((outcome, fault))
}

/// One executor's producers.
async fn produce(plan: Arc<Plan>, seat: Rc<Seat>, unsent: Arc<AtomicU64>) -> Result<(), Complaint> {
    let ground = Ground {
        shelf: Rc::new(Shelf::new(plan.load.clone(), seat.seats)),
        plan,
        seat: seat.clone(),
    };
    let mut producers = Vec::new();
    for number in seat.share(ground.plan.producers) {
        producers.push((number, Producer::open(&ground, number).await?));
    }
    let start = seat.ready().await;
    if ground.plan.warmup_records > 0 {
        let steady = Steady {
            skip: ground.plan.warmup_records / seat.seats as u64,
            ..Steady::default()
        };
        seat.tally.borrow_mut().steady = Some(Box::new(steady));
    }
    let first: Cell<Option<Complaint>> = Cell::new(None);
    let working = producers.into_iter().map(async |(number, producer)| {
        match producer.work(number, start).await {
            Ok(left) => drop(unsent.fetch_add(left, Ordering::Relaxed)),
            Err(complaint) => {
                seat.control.stop();
                let earlier = first.take();
                first.set(Some(earlier.unwrap_or(complaint)));
            }
        }
    });
    join_all(working).await;
    first.take().map_or(Ok(()), Err)
}

fn outcome(
    options: &Options,
    plan: &Plan,
    collected: Collected,
    unsent: u64,
) -> (Outcome, Option<Complaint>) {
    let fault = collected.fault.clone();
    let mut outcome = Outcome::new("produce", collected);
    outcome.wanted_records_per_second = plan.rate;
    outcome.unsent_records = unsent;
    outcome.settings = settings(options, plan);
    (outcome, fault)
}

fn settings(options: &Options, plan: &Plan) -> Vec<Setting> {
    let sending = &options.sending;
    let loop_kind = match plan.rate {
        Some(_) => "open: latency counts from the intended time of each record",
        None => "closed: latency counts from when a batch was begun",
    };
    let mut settings = vec![
        Setting::new("bootstrap_server", &plan.target.bootstrap),
        Setting::new("topic", plan.target.names()),
        Setting::new("topics", plan.target.topics.len()),
        Setting::new("partitions", plan.target.partitions),
        Setting::new("producers", plan.producers),
        Setting::new("loop", loop_kind),
        Setting::new("record_bytes_mean", plan.load.shape().content.mean_bytes()),
        Setting::new("batch_bytes", sending.batch_bytes),
        Setting::new("batch_records_full", plan.load.full(0)),
        Setting::new("request_bytes_max", plan.request_bytes),
        Setting::new("linger_ms", sending.linger.as_secs_f64() * 1e3),
        Setting::new("in_flight", plan.in_flight),
        Setting::new("acks", acks_name(plan.acks)),
        Setting::new("idempotence", plan.idempotence),
        Setting::new("codec", options.records.codec.name()),
        Setting::new("entropy_ratio", options.records.entropy),
        Setting::new("keys", format!("{:?}", options.records.keys)),
        Setting::new(
            "partitioner",
            format!("{:?}", plan.load.shape().partitioner),
        ),
        Setting::new("distinct_records", plan.load.distinct_records()),
        Setting::new("seed", options.records.seed),
    ];
    if let Some(rate) = plan.rate {
        settings.push(Setting::new("rate_records_per_second", rate));
        settings.push(Setting::new("arrivals", format!("{:?}", plan.arrivals)));
    }
    settings
}

fn acks_name(acks: Acks) -> &'static str {
    match acks {
        Acks::None => "0",
        Acks::Leader => "1",
        Acks::All => "all",
    }
}
