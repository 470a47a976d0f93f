use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, pending, select};

use super::budget;
use super::complaint::Complaint;
use super::gauge::{Gauge, Reading};
use super::packed::Second;
use super::progress::{Progress, Voice};
use super::seat::{Control, Seat, Word};
use super::tally::{Row, Tally};
use super::usage::Usage;
use crate::io::mesh::{self, Receiver};
use crate::io::signal::{self, Stop};
use crate::io::{clock, task, uring};
use crate::model::{Instant, Timestamp};

/// Words that wait to be heard.
const WORDS_MAX: usize = 256;
/// How long after the last executor is ready the run begins.
const RUN_UP: Duration = Duration::from_millis(5);
const SECOND: Duration = Duration::from_secs(1);

/// How a run is conducted.
#[derive(Clone, Debug)]
pub struct Conduct {
    /// One executor on each.
    pub cores: Vec<usize>,
    pub warmup: Duration,
    /// How progress is told while it runs.
    pub voice: Voice,
    /// The broker's process, where it runs on this host and is known.
    pub broker_pid: Option<u32>,
}

/// A run that is over: what was measured, whatever ended it.
#[derive(Debug, Default)]
pub struct Collected {
    pub cores: Vec<usize>,
    pub warmup: Duration,
    pub began: Option<Timestamp>,
    pub start: Instant,
    pub tally: Tally,
    /// All seconds, the warm-up included, as long as there was room for them.
    pub rows: Vec<Second>,
    /// Seconds behind those, which only the sums know.
    pub seconds_left_out: u64,
    /// What ended it early.
    pub fault: Option<Complaint>,
    pub was_interrupted: bool,
    /// Of the whole measured time; `None` where /proc could not be read.
    pub usage: Option<Usage>,
    /// What the broker's process used meanwhile, and in how many seconds.
    pub broker: Option<(f64, Reading)>,
}

impl Collected {
    /// From the end of the warm-up to the last thing counted.
    pub fn measured(&self) -> Duration {
        self.tally.last.since(self.start.plus(self.warmup))
    }
}

/// What one executor does; it reports through its seat.
pub type Work = Pin<Box<dyn Future<Output = Result<(), Complaint>>>>;

/// Runs `work` on every core and collects what it counts. Ctrl-C ends a run in order; a second
/// one ends the process as ever.
pub fn conduct(
    conduct: &Conduct,
    work: impl Fn(Rc<Seat>) -> Work + Send + Sync + 'static,
) -> Result<Collected, Complaint> {
    let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
    let stops = signal::stop_signals().map_err(unheard)?;
    // Held by the desk alone, which lets go of it once it has heard one.
    let stops = Mutex::new(Some(stops));
    let control = Arc::new(Control::default());
    let (words, heard) = mesh::mailbox(WORDS_MAX);
    let seats = conduct.cores.len();
    let plan = conduct.clone();
    let shards = uring::run_shards(&conduct.cores, move |shard| {
        let seat = Rc::new(Seat {
            number: usize::from(shard.0),
            seats,
            warmup: plan.warmup,
            control: control.clone(),
            tally: RefCell::default(),
            words: words.clone(),
        });
        let working = sit(seat.clone(), work(seat.clone()));
        if shard.0 > 0 {
            return Box::pin(async move {
                working.await;
                None
            });
        }
        let desk = Desk::new(plan.clone(), control.clone());
        let heard = heard.clone();
        let stops = stops.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async move {
            let collecting = task::spawn(desk.listen(heard, stops));
            working.await;
            Some(collecting.await)
        })
    })?;
    let collected = shards.into_iter().flatten().next();
    collected.ok_or_else(|| Complaint::new("the run ended without a result"))
}

/// One executor from its first word to its last.
async fn sit(seat: Rc<Seat>, work: Work) {
    let ticking = task::spawn(tick(seat.clone()));
    if let Err(complaint) = work.await {
        seat.say(Word::Fault(complaint)).await;
    }
    ticking.cancel().await;
    let tally = seat.tally.take();
    seat.say(Word::Ended(Box::new(tally))).await;
}

/// Tells every second what was counted in it.
async fn tick(seat: Rc<Seat>) {
    let start = seat.started().await;
    for second in 0.. {
        clock::sleep_until(start.plus(SECOND * (second + 1))).await;
        let row = seat.tally.borrow_mut().take_row();
        seat.say(Word::Row(u64::from(second), Box::new(row))).await;
    }
}

/// What all that is measured has used before the span begins.
async fn read_first(usage: &RefCell<Option<Usage>>, gauge: Option<&Gauge>) {
    let read = Usage::read().await;
    *usage.borrow_mut() = read;
    if let Some(gauge) = gauge {
        gauge.begin().await;
    }
}

/// The one that hears all executors.
struct Desk {
    plan: Conduct,
    control: Arc<Control>,
    progress: Progress,
    ready: usize,
    ended: usize,
    open: BTreeMap<u64, (usize, Row)>,
    collected: Collected,
    /// Memory that the kept seconds take.
    kept_bytes: usize,
    usage: Rc<RefCell<Option<Usage>>>,
    gauge: Option<Gauge>,
}

impl Desk {
    fn new(plan: Conduct, control: Arc<Control>) -> Desk {
        let collected = Collected {
            cores: plan.cores.clone(),
            warmup: plan.warmup,
            ..Collected::default()
        };
        Desk {
            progress: Progress::new(plan.voice.clone()),
            plan,
            control,
            ready: 0,
            ended: 0,
            open: BTreeMap::new(),
            collected,
            kept_bytes: 0,
            usage: Rc::default(),
            gauge: None,
        }
    }

    async fn listen(
        mut self,
        words: Receiver<Word>,
        mut stops: Option<Receiver<Stop>>,
    ) -> Collected {
        if let Some(pid) = self.plan.broker_pid {
            match Gauge::new(pid).await {
                Ok(gauge) => self.gauge = Some(gauge),
                Err(complaint) => self.hear(Word::Fault(complaint)).await,
            }
        }
        while self.ended < self.plan.cores.len() {
            let stopped = async {
                match &stops {
                    Some(stops) => drop(stops.recv().await),
                    None => pending().await,
                }
            };
            let heard = match select(Box::pin(words.recv()), Box::pin(stopped)).await {
                Either::Left((word, _)) => Some(word),
                Either::Right(_) => None,
            };
            match heard {
                Some(Some(word)) => self.hear(word).await,
                Some(None) => break,
                None => {
                    stops = None;
                    self.interrupt();
                }
            }
        }
        let ended = clock::now().since(self.collected.start).as_secs_f64();
        let before = self.usage.borrow_mut().take();
        let after = Usage::read().await;
        self.collected.usage = before
            .zip(after)
            .map(|(before, after)| after.since(&before));
        if let Some(gauge) = &self.gauge {
            self.collected.broker = gauge.end().await;
        }
        self.progress.end();
        for (second, (_, row)) in std::mem::take(&mut self.open) {
            self.keep(&row, (ended - second as f64).clamp(0.0, 1.0));
        }
        self.collected
    }

    async fn hear(&mut self, word: Word) {
        match word {
            Word::Ready => self.seat().await,
            Word::Row(second, row) => self.gather(second, &row),
            Word::Fault(complaint) => {
                self.collected.fault.get_or_insert(complaint);
                self.release();
            }
            Word::Ended(tally) => {
                self.ended += 1;
                self.collected.tally.merge(&tally);
                // The rest of its last second.
                let mut tally = tally;
                let last = self.open.keys().next_back().copied();
                let rest = tally.take_row();
                let second = last.unwrap_or(self.collected.rows.len() as u64);
                self.open.entry(second).or_default().1.merge(&rest);
            }
        }
    }

    /// One more is ready; the last one lets them all go.
    async fn seat(&mut self) {
        self.ready += 1;
        if self.ready < self.plan.cores.len() {
            return;
        }
        // A run without a warm-up may be over before a reading that began with it is done.
        if self.plan.warmup.is_zero() {
            read_first(&self.usage, self.gauge.as_ref()).await;
        }
        self.begin();
    }

    fn begin(&mut self) {
        let start = clock::now().plus(RUN_UP);
        self.collected.start = start;
        self.collected.tally.warm = start.plus(self.plan.warmup);
        self.collected.began = Some(clock::wall());
        self.control.begin(start);
        if self.plan.warmup.is_zero() {
            return;
        }
        let (at, usage) = (start.plus(self.plan.warmup), self.usage.clone());
        let gauge = self.gauge.clone();
        let reading = async move {
            clock::sleep_until(at).await;
            read_first(&usage, gauge.as_ref()).await;
        };
        task::spawn(reading).detach();
    }

    fn interrupt(&mut self) {
        self.collected.was_interrupted = true;
        self.release();
    }

    /// Ends the run; those that still wait for its start are let go too.
    fn release(&mut self) {
        self.control.stop();
        if self.ready < self.plan.cores.len() {
            self.control.begin(clock::now());
        }
    }

    fn gather(&mut self, second: u64, row: &Row) {
        let seats = self.plan.cores.len();
        let (heard, sum) = self.open.entry(second).or_default();
        *heard += 1;
        sum.merge(row);
        if *heard < seats {
            return;
        }
        if let Some((_, row)) = self.open.remove(&second) {
            let is_warm = SECOND * (second as u32) >= self.plan.warmup;
            self.progress.tell(second + 1, &row, is_warm);
            self.keep(&row, 1.0);
        }
    }

    fn keep(&mut self, row: &Row, length: f64) {
        let second = Second::of(row, length);
        self.kept_bytes += size_of::<Second>() + second.latencies.bytes();
        match self.kept_bytes <= budget::SECONDS {
            true => self.collected.rows.push(second),
            false => self.collected.seconds_left_out += 1,
        }
    }
}
