use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::check::Findings;
use super::plan::Plan;
use crate::client::{Cluster, Consumer, Fetched, Position, Reset};
use crate::io::{clock, task};
use crate::model::{Instant, Uuid};
use crate::perf::complaint::Complaint;
use crate::perf::seat::Seat;
use crate::perf::tally::Counts;

/// How long a reader waits before it looks whether the run is to end.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long nothing may come before a reader that knows of more says so.
const SILENCE: Duration = Duration::from_secs(30);

/// One consumer of one group.
pub struct Reader {
    plan: Arc<Plan>,
    seat: Rc<Seat>,
    consumer: Consumer,
    left: u64,
    findings: Findings,
    /// What looking has cost.
    looking: Duration,
}

impl Reader {
    /// `number` counts through the consumers of all groups.
    pub async fn open(plan: Arc<Plan>, seat: Rc<Seat>, number: usize) -> Result<Reader, Complaint> {
        let target = &plan.target;
        let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
        let position = |slot: usize| Position {
            topic: target.topic_of(slot).name.as_str().into(),
            partition: target.partition_of(slot),
            offset: plan.begin.get(&slot).copied().unwrap_or(0),
        };
        let positions = plan.slots_of(number % plan.consumers);
        let positions: Vec<Position> = positions.map(position).collect();
        let settings = plan.settings.clone();
        let consumer = Consumer::assign(Rc::new(cluster), positions, settings, Reset::Earliest);
        Ok(Reader {
            left: plan.records_of_reader(),
            plan,
            seat,
            consumer,
            findings: Findings::default(),
            looking: Duration::ZERO,
        })
    }

    pub async fn work(mut self, start: Instant) -> Result<(Findings, Duration), Complaint> {
        let until = self.plan.span.map(|span| start.plus(span));
        let mut heard = start;
        loop {
            let now = clock::now();
            let is_idle = self.plan.idle.is_some_and(|idle| now.since(heard) >= idle);
            let is_over = is_idle || until.is_some_and(|until| now >= until);
            if is_over || self.seat.control.is_stopping() || self.left == 0 || self.is_at_end() {
                return self.end(heard > start);
            }
            let polled = self.consumer.poll(PATIENCE).await?;
            let arrived = clock::now();
            if !polled.is_empty() {
                heard = arrived;
            } else if arrived.since(heard) >= SILENCE
                && let Some(trouble) = self.consumer.trouble()
            {
                let seconds = SILENCE.as_secs();
                return Err(Complaint(format!(
                    "nothing came for {seconds} s: {trouble}"
                )));
            }
            self.look(&polled, arrived);
            task::yield_if_needed().await;
        }
    }

    /// A reader to whom nothing came because of a fault has measured nothing.
    fn end(self, has_heard: bool) -> Result<(Findings, Duration), Complaint> {
        match self.consumer.trouble() {
            Some(trouble) if !has_heard => Err(Complaint(format!("nothing came: {trouble}"))),
            _ => Ok((self.findings, self.looking)),
        }
    }

    fn look(&mut self, polled: &[Fetched], arrived: Instant) {
        let mut sum = Counts {
            requests: u64::from(!polled.is_empty()),
            ..Counts::default()
        };
        for fetched in polled {
            let topic = (&*fetched.topic, Uuid::default());
            let slot = self.plan.target.slot(topic, fetched.partition);
            let slot = slot.unwrap_or_default();
            let counts = (self.findings).look(slot, fetched, self.plan.check, self.left);
            self.left = self.left.saturating_sub(counts.records);
            sum.add(&counts);
        }
        let now = clock::now();
        self.looking += now.since(arrived);
        self.seat.tally.borrow_mut().count(now, &sum);
    }

    fn is_at_end(&self) -> bool {
        let Some(end) = &self.plan.end else {
            return false;
        };
        let positions = self.consumer.positions();
        let (target, unnamed) = (&self.plan.target, Uuid::default());
        let mut behind = positions.iter().filter(|position| {
            let slot = target.slot((&position.topic, unnamed), position.partition);
            let end = slot.and_then(|slot| end.get(&slot).copied());
            position.offset < end.unwrap_or(0)
        });
        behind.next().is_none()
    }
}
