use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::complaint::Complaint;
use super::tally::{Row, Tally};
use crate::io::clock;
use crate::io::mesh::Sender;
use crate::model::Instant;

/// How often one who waits for the start of a run looks.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// What all executors of a run see: when it begins and whether it is to end.
#[derive(Debug, Default)]
pub struct Control {
    /// Nanoseconds of the monotonic clock; 0 until all are ready.
    start: AtomicU64,
    stopping: AtomicBool,
}

impl Control {
    pub fn begin(&self, at: Instant) {
        self.start.store(at.0.max(1), Ordering::Release);
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn start(&self) -> Option<Instant> {
        let nanos = self.start.load(Ordering::Acquire);
        (nanos > 0).then_some(Instant(nanos))
    }
}

/// What an executor tells the one that conducts the run.
#[derive(Debug)]
pub enum Word {
    /// Its connections stand.
    Ready,
    /// Another second is over.
    Row(u64, Box<Row>),
    /// Something went wrong that ends the run.
    Fault(Complaint),
    /// It is done.
    Ended(Box<Tally>),
}

/// One executor's place in a run.
#[derive(Debug)]
pub struct Seat {
    /// Which of `seats`, from 0 on.
    pub number: usize,
    pub seats: usize,
    pub warmup: Duration,
    pub control: Arc<Control>,
    pub tally: RefCell<Tally>,
    pub(super) words: Sender<Word>,
}

impl Seat {
    /// Says that this executor is ready, and waits until all are. Gives the common start.
    pub async fn ready(&self) -> Instant {
        self.say(Word::Ready).await;
        let start = self.started().await;
        self.tally.borrow_mut().warm = start.plus(self.warmup);
        clock::sleep_until(start).await;
        start
    }

    /// The common start, once it is known.
    pub async fn started(&self) -> Instant {
        loop {
            match self.control.start() {
                Some(start) => return start,
                None => clock::sleep(LOOK_EVERY).await,
            }
        }
    }

    pub async fn say(&self, word: Word) {
        // Nobody listens any more only when the run is over.
        let _ = self.words.send(word).await;
    }

    /// Which of `count` things, dealt out in turn, are this executor's.
    pub fn share(&self, count: usize) -> impl Iterator<Item = usize> {
        (self.number..count).step_by(self.seats)
    }
}
