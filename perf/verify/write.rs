use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::ledger::Ledger;
use super::promise::{Author, Line, Promise};
use super::run::Plan;
use super::stamp::Stamp;
use crate::client::{Cluster, Entry, Outcome, Producer};
use crate::io::{AppendFile, clock, task};
use crate::model::Instant;
use crate::perf::complaint::Complaint;
use crate::perf::load::Dice;
use crate::perf::pace::{Arrivals, Pace, Plan as Times};
use crate::perf::seat::Seat;
use crate::perf::tally::Counts;

/// How often a writer at a rate looks whether the run is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How many records of one producer were handed to the client, and of how many the outcome is
/// known; it comes in the order in which they were sent.
#[derive(Default)]
struct Page {
    sent: u64,
    settled: u64,
}

/// Where one producer notes what it wrote and what was acknowledged.
struct Book {
    run: u64,
    producer: u32,
    pages: BTreeMap<u32, Page>,
    ledger: Ledger,
    /// Where acknowledgements are kept instead, when the run has a file for them.
    file: Option<AppendFile>,
    fault: Option<Complaint>,
}

impl Book {
    /// One batch has its outcome.
    fn settle(&mut self, outcome: &Outcome) {
        let partition = outcome.partition.unsigned_abs();
        let page = self.pages.entry(partition).or_default();
        let (first, count) = (page.settled, u64::from(outcome.count.unsigned_abs()));
        page.settled += count;
        let Ok(offset) = &outcome.result else {
            return;
        };
        let author = Author {
            run: self.run,
            producer: self.producer,
            partition,
        };
        let line = Line::Ack(Promise {
            author,
            first,
            count,
            offset: offset.0,
        });
        match &mut self.file {
            None => self.ledger.add(line),
            Some(file) => {
                if let Err(error) = file.append(format!("{line}\n").as_bytes()) {
                    self.fault
                        .get_or_insert(Complaint(format!("cannot add to the ledger: {error}")));
                }
            }
        }
    }
}

/// One producer of a verification.
pub struct Writer {
    plan: Rc<Plan>,
    seat: Rc<Seat>,
    number: u32,
    producer: Producer,
    book: Rc<RefCell<Book>>,
}

impl Writer {
    pub async fn open(plan: Rc<Plan>, seat: Rc<Seat>, number: u32) -> Result<Writer, Complaint> {
        let target = &plan.target;
        let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
        let book = Rc::new(RefCell::new(Book {
            run: plan.run,
            producer: number,
            pages: BTreeMap::new(),
            ledger: Ledger::default(),
            file: plan.open_ledger()?,
            fault: None,
        }));
        let (noted, tally) = (book.clone(), seat.clone());
        let len = plan.record_bytes as u64;
        let on_done = move |outcome: Outcome| note(&noted, &tally, len, &outcome);
        let settings = plan.settings.clone();
        let started =
            Producer::start(Rc::new(cluster), &target.topic().name, settings, on_done).await;
        Ok(Writer {
            producer: started?,
            plan,
            seat,
            number,
            book,
        })
    }

    /// Writes until its share is written or the time is up, and waits for every outcome. Gives
    /// what was acknowledged and is not in a file.
    pub async fn work(self, start: Instant) -> Result<Ledger, Complaint> {
        let mut pace = Pace::new(
            start,
            &self.times(start),
            Dice::part(1, u64::from(self.number)),
        );
        let is_open = self.plan.rate.is_some();
        let mut dice = Dice::part(self.plan.run, u64::from(self.number));
        let mut value = Vec::new();
        let partitions = u32::try_from(self.plan.target.leaders.len()).unwrap_or(1);
        for turn in 0u64.. {
            if is_open {
                self.await_turn(&pace).await;
            }
            let now = clock::now();
            // A closed loop takes every record at the time when it can.
            let due = if is_open { now } else { Instant(u64::MAX - 1) };
            let is_late = self.plan.span.is_some_and(|span| now >= start.plus(span));
            if self.seat.control.is_stopping() || is_late || pace.take(due).is_none() {
                break;
            }
            let partition = u32::try_from(turn % u64::from(partitions)).unwrap_or(0);
            if let Some(fault) = self.book.borrow().fault.clone() {
                return Err(fault);
            }
            self.send(partition, &mut dice, &mut value).await?;
            task::yield_if_needed().await;
        }
        self.producer.close().await;
        Ok(std::mem::take(&mut self.book.borrow_mut().ledger))
    }

    fn times(&self, start: Instant) -> Times {
        let plan = &self.plan;
        let producers = f64::from(plan.producers);
        Times {
            rate: plan.rate.unwrap_or(1e9) / producers,
            arrivals: Arrivals::Constant,
            phase: f64::from(self.number) / producers,
            records: match plan.records {
                u64::MAX => u64::MAX,
                records => records.div_ceil(u64::from(plan.producers)),
            },
            until: match (plan.rate, plan.span) {
                (Some(_), Some(span)) => start.plus(span),
                _ => Instant(u64::MAX),
            },
        }
    }

    async fn await_turn(&self, pace: &Pace) {
        while let Some(due) = pace.next_due() {
            let now = clock::now();
            if due <= now || self.seat.control.is_stopping() {
                return;
            }
            clock::sleep(due.since(now).min(LOOK_EVERY)).await;
        }
    }

    async fn send(
        &self,
        partition: u32,
        dice: &mut Dice,
        value: &mut Vec<u8>,
    ) -> Result<(), Complaint> {
        let number = {
            let mut book = self.book.borrow_mut();
            let page = book.pages.entry(partition).or_default();
            page.sent += 1;
            page.sent - 1
        };
        let stamp = Stamp {
            run: self.plan.run,
            producer: self.number,
            partition,
            number,
        };
        stamp.write(self.plan.record_bytes, dice, value);
        let entry = Entry {
            value: Some(value),
            ..Entry::default()
        };
        let index = i32::try_from(partition).unwrap_or(i32::MAX);
        Ok(self.producer.send_to(index, &entry).await?)
    }
}

/// One batch has its outcome.
fn note(book: &RefCell<Book>, seat: &Seat, record_bytes: u64, outcome: &Outcome) {
    book.borrow_mut().settle(outcome);
    let records = u64::from(outcome.count.unsigned_abs());
    let is_acked = outcome.result.is_ok();
    let now = clock::now();
    let acked = if is_acked { records } else { 0 };
    let counts = Counts {
        records: acked,
        payload_bytes: acked * record_bytes,
        batches: 1,
        errors: records - acked,
        ..Counts::default()
    };
    let mut tally = seat.tally.borrow_mut();
    tally.count(now, &counts);
    if is_acked {
        tally.took(outcome.since, now, records);
    }
}
