use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Options;
use super::ledger::Ledger;
use super::options::Part;
use super::promise::Line;
use super::read::{Bound, Bounds, bounds, read_back};
use super::stamp::BYTES_MIN;
use super::verdict::Verdict;
use super::write::Writer;
use crate::client::{Acks, ProduceSettings};
use crate::io::{AppendFile, fs, mesh, random, uring};
use crate::perf::amount::{Rate, grouped};
use crate::perf::budget;
use crate::perf::complaint::Complaint;
use crate::perf::conduct::{Collected, conduct};
use crate::perf::outcome::{Outcome, Setting};
use crate::perf::seat::Seat;
use crate::perf::survey::Survey;
use crate::perf::target::Target;

/// A verification as decided.
#[derive(Clone, Debug)]
pub struct Plan {
    pub target: Target,
    pub settings: ProduceSettings,
    pub run: u64,
    pub record_bytes: usize,
    pub producers: u32,
    pub rate: Option<f64>,
    pub records: u64,
    pub span: Option<Duration>,
    pub patience: Duration,
    pub ledger: Option<PathBuf>,
}

impl Plan {
    /// The ledger's file, to add to; `None` when the run keeps none.
    pub fn open_ledger(&self) -> Result<Option<AppendFile>, Complaint> {
        let open = |path: &PathBuf| {
            AppendFile::open(path).map_err(|error| {
                let path = path.display();
                Complaint(format!("cannot write the ledger {path}: {error}"))
            })
        };
        self.ledger.as_ref().map(open).transpose()
    }
}

/// Runs `perf verify`: fails when anything acknowledged is not there as it was written.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let asked = options.clone();
    let prepared = uring::run_alone(async move {
        let plan = plan(&asked).await?;
        let bound = asked.ledger.as_ref().map_or(Bound::End, |_| Bound::Start);
        let begin = bounds(&plan, bound).await?;
        let survey = Survey::of(&asked.place.address()).await;
        Ok::<_, Complaint>((plan, begin, survey))
    });
    let (plan, begin, survey) = prepared??;
    let (mut collected, written) = match options.only {
        Some(Part::Read) => (Collected::default(), Ledger::default()),
        _ => write_all(options, &plan)?,
    };
    let verdict = match options.only {
        Some(Part::Write) => None,
        _ => match verify(&plan, begin, written) {
            Ok(verdict) => Some(verdict),
            Err(Complaint(text)) => {
                let unread = Complaint(format!("what was written could not be read back: {text}"));
                collected.fault.get_or_insert(unread);
                None
            }
        },
    };
    let fault = collected.fault.clone();
    let mut outcome = Outcome::new("verify", collected);
    outcome.settings = settings(options, &plan);
    outcome.survey = Some(survey);
    outcome.wanted_records_per_second = plan.rate;
    outcome.extra = verdict.as_ref().map(found).unwrap_or_default();
    outcome.deliver(&options.result)?;
    match (fault, verdict) {
        (Some(fault), _) => Err(fault),
        (None, Some(verdict)) if !verdict.is_good() => Err(complaint(&verdict)),
        _ => Ok(()),
    }
}

fn complaint(verdict: &Verdict) -> Complaint {
    Complaint(format!(
        "of {} acknowledged records {} are lost, {} are at another offset; {} came twice, {} out \
         of order, {} are corrupted",
        grouped(verdict.acked),
        grouped(verdict.lost),
        grouped(verdict.moved),
        grouped(verdict.duplicated),
        grouped(verdict.reordered),
        grouped(verdict.corrupt)
    ))
}

/// Reads all back and holds it against the ledger: the file's, which knows this run's
/// acknowledgements too, or else what the writers noted.
fn verify(plan: &Plan, begin: Bounds, written: Ledger) -> Result<Verdict, Complaint> {
    let plan = plan.clone();
    uring::run_alone(async move {
        let ledger = match &plan.ledger {
            None => written,
            Some(path) => load(path).await?,
        };
        // Where retention went on meanwhile, the log starts later than it did.
        let begin = match &plan.ledger {
            None => begin,
            Some(_) => bounds(&plan, Bound::Start).await?,
        };
        let end = bounds(&plan, Bound::End).await?;
        let found = read_back(&plan, &ledger, &begin, &end).await?;
        Ok(Verdict::of(&ledger, &found, &begin))
    })?
}

async fn load(path: &Path) -> Result<Ledger, Complaint> {
    let shown = path.display();
    let text = fs::read(path)
        .await
        .map_err(|error| Complaint(format!("cannot read the ledger {shown}: {error}")))?;
    Ledger::parse(&String::from_utf8_lossy(&text)).map_err(|line| {
        Complaint(format!(
            "{shown} is no ledger of perf verify: it says {line:?}"
        ))
    })
}

/// The verdict as figures of the result.
fn found(verdict: &Verdict) -> Vec<Setting> {
    vec![
        Setting::new("acknowledged_records", verdict.acked),
        Setting::new("read_records", verdict.read),
        Setting::new("lost_records", verdict.lost),
        Setting::new("moved_records", verdict.moved),
        Setting::new("duplicated_records", verdict.duplicated),
        Setting::new("reordered_records", verdict.reordered),
        Setting::new("corrupted_records", verdict.corrupt),
        Setting::new(
            "unacknowledged_but_stored_records",
            verdict.unacknowledged_but_stored,
        ),
        Setting::new("deleted_records", verdict.deleted),
        Setting::new("offset_gaps", verdict.gaps),
        Setting::new("foreign_records", verdict.foreign),
    ]
}

async fn plan(options: &Options) -> Result<Plan, Complaint> {
    if options.acks == Acks::None {
        return Err(Complaint::new(
            "--acks 0 acknowledges nothing that could be verified",
        ));
    }
    if options.idempotence && options.acks != Acks::All {
        return Err(Complaint::new(
            "--idempotence needs --acks all: add --idempotence false",
        ));
    }
    let record_bytes = options.record_size.max(BYTES_MIN);
    let room = budget::UNANSWERED / options.producers as usize;
    let buffer_bytes_max = room.min(ProduceSettings::default().buffer_bytes_max);
    if record_bytes.max(options.batch_bytes) > buffer_bytes_max / 2 {
        return Err(Complaint(format!(
            "{} producers have {} bytes each for what is on its way, two batches or more: make \
             --record-size, --batch-bytes or --producers smaller",
            options.producers, buffer_bytes_max
        )));
    }
    let target = options.place.address().find().await?;
    Ok(Plan {
        settings: ProduceSettings {
            acks: options.acks,
            linger: options.linger,
            batch_bytes: options.batch_bytes,
            delivery_timeout: options.delivery_timeout,
            idempotence: options.idempotence,
            buffer_bytes_max,
            ..ProduceSettings::default()
        },
        target,
        run: random::u64(),
        record_bytes,
        producers: options.producers,
        rate: options.rate.map(|rate| match rate {
            Rate::Records(records) => records,
            Rate::Bytes(bytes) => bytes / record_bytes as f64,
        }),
        records: options.limits.records(record_bytes as f64),
        span: options.limits.span(),
        patience: options.patience,
        ledger: options.ledger.clone(),
    })
}

fn write_all(options: &Options, plan: &Plan) -> Result<(Collected, Ledger), Complaint> {
    let how = options
        .result
        .conduct(options.limits.warmup(), plan.producers as usize)?;
    let begin = Line::Run(plan.run);
    let mut written = Ledger::default();
    written.add(begin);
    if let Some(mut file) = plan.open_ledger()? {
        file.append(format!("{begin}\n").as_bytes())
            .map_err(|error| Complaint(format!("cannot add to the ledger: {error}")))?;
    }
    let (done, all_done) = mesh::mailbox(plan.producers as usize);
    let shared = Arc::new(plan.clone());
    let collected = conduct(&how, move |seat| {
        Box::pin(write(shared.clone(), seat, done.clone()))
    })?;
    while let Some(ledger) = all_done.try_recv() {
        written.absorb(ledger);
    }
    Ok((collected, written))
}

/// One executor's producers.
async fn write(
    plan: Arc<Plan>,
    seat: Rc<Seat>,
    done: mesh::Sender<Ledger>,
) -> Result<(), Complaint> {
    let plan = Rc::new((*plan).clone());
    let mut writers = Vec::new();
    for number in seat.share(plan.producers as usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let writer = Writer::open(plan.clone(), seat.clone(), number).await?;
        writers.push(writer);
    }
    let start = seat.ready().await;
    let working = writers.into_iter().map(|writer| writer.work(start));
    for ledger in join_all(working).await {
        // There is room for all of them.
        drop(done.try_send(ledger?));
    }
    Ok(())
}

fn settings(options: &Options, plan: &Plan) -> Vec<Setting> {
    vec![
        Setting::new("bootstrap_server", &plan.target.bootstrap),
        Setting::new("topic", &plan.target.topic().name),
        Setting::new("partitions", plan.target.leaders.len()),
        Setting::new("producers", plan.producers),
        Setting::new("record_bytes", plan.record_bytes),
        Setting::new("batch_bytes", options.batch_bytes),
        Setting::new("linger_ms", options.linger.as_secs_f64() * 1e3),
        Setting::new("acks", options.acks.number()),
        Setting::new("idempotence", options.idempotence),
        Setting::new(
            "delivery_timeout_ms",
            options.delivery_timeout.as_secs_f64() * 1e3,
        ),
        Setting::new("in_flight_per_partition", 1),
    ]
}
