use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::Plan;
use super::lane::{Cargo, Landed, Lane, Meant, Sent, identify, refusals};
use super::source::{Router, Source};
use crate::client::{ClientFault, Connection};
use crate::io::{clock, task};
use crate::model::{Instant, NodeId, ProducerEpoch, ProducerId, Sequence};
use crate::perf::budget;
use crate::perf::complaint::Complaint;
use crate::perf::gather::Gather;
use crate::perf::load::Shelf;
use crate::perf::seat::Seat;
use crate::perf::tally::Counts;
use crate::records::Stamp;
use crate::wire::api::produce;

/// Records that one producer holds back while requests are in flight; the others stay with the
/// pace, their times fixed, so that a stalled broker costs no memory here.
const QUEUED_MAX: usize = 64 << 10;
/// How often a producer that waits looks whether the run is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long after the end of a run its last records may take to be sent and answered.
const GRACE: Duration = Duration::from_secs(10);
/// What is said of records that nobody answered in that time.
const NO_ANSWER: &str = "the broker answered no more, which its own log explains (a full disk?)";

/// One producer: connections to all leaders, records from its source.
pub struct Producer {
    plan: Arc<Plan>,
    seat: Rc<Seat>,
    shelf: Rc<Shelf>,
    router: Router,
    source: Source,
    lanes: Vec<Lane>,
    /// The lane of each partition.
    lane_of: Vec<usize>,
    /// What waits in an open loop, one for each lane, of all partitions.
    gathers: Vec<Gather>,
    /// Records taken from the pace and not answered, and how many they may be.
    held: usize,
    held_max: usize,
    identity: Option<(ProducerId, ProducerEpoch)>,
    /// The next sequence of each partition.
    sequences: Vec<Sequence>,
    turn: u64,
}

/// What the producers of an executor share.
pub struct Ground {
    pub plan: Arc<Plan>,
    pub seat: Rc<Seat>,
    pub shelf: Rc<Shelf>,
}

impl Producer {
    /// Connects; records come only after [`Producer::begin`].
    pub async fn open(ground: &Ground, number: usize) -> Result<Producer, ClientFault> {
        let plan = ground.plan.clone();
        let partitions = plan.target.leaders.len();
        let mut by_leader: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut lanes = Vec::new();
        let mut identity = None;
        for (leader, address) in &plan.target.brokers {
            let connection = Connection::open(address, &plan.target.settings).await?;
            if plan.idempotence && identity.is_none() {
                identity = Some(identify(&connection, &plan.target.settings).await?);
            }
            by_leader.insert(*leader, lanes.len());
            lanes.push(Lane::new(plan.clone(), connection));
        }
        let lane_of = |leader: &NodeId| by_leader.get(leader).copied().unwrap_or(0);
        let held_max = (budget::HELD_RECORDS / plan.producers.max(1)).max(1);
        let full = |partition| plan.load.full(partition).min(held_max);
        let full = (0..partitions).map(full);
        let gather = Gather::new(plan.linger, full);
        Ok(Producer {
            router: Router::new(&plan, number),
            source: Source::Closed {
                left: 0,
                until: Instant::ZERO,
            },
            lane_of: plan.target.leaders.iter().map(lane_of).collect(),
            gathers: vec![gather; lanes.len()],
            lanes,
            held: 0,
            held_max,
            identity,
            sequences: vec![Sequence(0); partitions],
            turn: number as u64,
            seat: ground.seat.clone(),
            shelf: ground.shelf.clone(),
            plan,
        })
    }

    /// Sends from `start` on until its source is dry and all is answered; gives the records that
    /// were due and never sent.
    pub async fn work(mut self, number: usize, start: Instant) -> Result<u64, Complaint> {
        self.source = Source::new(&self.plan, number, start);
        let end = self.plan.span.map(|span| start.plus(span + GRACE));
        let done = self.send_all(end).await;
        let lost: u64 = self.lanes.iter_mut().map(Lane::abandon).sum();
        let now = clock::now();
        self.seat.tally.borrow_mut().fail(now, lost, NO_ANSWER);
        done.map(|()| self.unsent(now))
    }

    async fn send_all(&mut self, end: Option<Instant>) -> Result<(), Complaint> {
        let mut stopped: Option<Instant> = None;
        loop {
            let now = clock::now();
            if self.seat.control.is_stopping() && stopped.is_none() {
                stopped = Some(now.plus(GRACE / 2));
                self.stop();
            }
            self.gather(now);
            self.depart(now).await?;
            if self.is_done() {
                return Ok(());
            }
            if stopped.or(end).is_some_and(|end| now >= end) {
                return Ok(());
            }
            self.check_silence(now)?;
            self.wait(now).await?;
            task::yield_if_needed().await;
        }
    }

    fn stop(&mut self) {
        match &mut self.source {
            Source::Open(pace) => pace.stop(),
            Source::Closed { left, .. } => *left = 0,
        }
        let empty = Gather::new(self.plan.linger, self.sequences.iter().map(|_| 1));
        self.gathers.fill(empty);
    }

    /// Takes what is due from the pace.
    fn gather(&mut self, now: Instant) {
        let Source::Open(pace) = &mut self.source else {
            return;
        };
        let mut queued: usize = self.gathers.iter().map(Gather::queued).sum();
        let mut tally = self.seat.tally.borrow_mut();
        while queued < QUEUED_MAX
            && self.held < self.held_max
            && let Some(meant) = pace.take(now)
        {
            tally.late(meant, now);
            let partition = self.router.of_record(self.shelf.load());
            let lane = self.lane_of[partition];
            if self.gathers[lane].push(partition, meant) {
                self.router.on_sent(partition);
            }
            queued += 1;
            self.held += 1;
        }
    }

    /// Sends every request that may be sent now.
    async fn depart(&mut self, now: Instant) -> Result<(), ClientFault> {
        for lane in 0..self.lanes.len() {
            while self.lanes[lane].in_flight() < self.plan.in_flight && !self.shelf.is_full() {
                let cargo = match &self.source {
                    Source::Open(_) => self.cargo_of_waiting(lane, now),
                    Source::Closed { .. } => self.cargo_of_full(lane, now),
                };
                if cargo.is_empty() {
                    break;
                }
                let landed = self.lanes[lane].send(cargo, now).await?;
                if !landed.is_empty() {
                    self.on_stored(landed, clock::now());
                    task::yield_if_needed().await;
                }
            }
        }
        Ok(())
    }

    /// All that waits for one broker, if any batch of it is ready.
    fn cargo_of_waiting(&mut self, lane: usize, now: Instant) -> Cargo {
        let mut cargo = Cargo::default();
        let gather = &self.gathers[lane];
        if gather.ready_at().is_none_or(|at| at > now) {
            return cargo;
        }
        let partitions: Vec<usize> = gather.partitions().collect();
        for partition in partitions {
            let count = self.gathers[lane].next_count(partition);
            let body = self.shelf.body(partition, self.turn, count);
            let size = body.prepared.batch_bytes();
            let is_full = cargo.bytes + size > self.plan.request_bytes || self.shelf.is_full();
            if !cargo.is_empty() && is_full {
                break;
            }
            self.turn += 1;
            let meant = self.gathers[lane].take(partition);
            let stamp = self.stamp(partition, count);
            self.router.on_sent(partition);
            cargo.load(partition, Meant::Each(meant), body, &stamp);
        }
        cargo
    }

    /// Full batches for one broker, of as many partitions as a request takes.
    fn cargo_of_full(&mut self, lane: usize, now: Instant) -> Cargo {
        let mut cargo = Cargo::default();
        // Partitions of other brokers are passed over; among many brokers a few turns may be
        // needed to find one of this.
        for _ in 0..4 * self.lane_of.len().max(16) {
            let Source::Closed { left, until } = self.source else {
                break;
            };
            if left == 0 || now >= until {
                break;
            }
            let mut ahead = self.router.clone();
            let partition = ahead.of_batch(self.shelf.load());
            if self.lane_of[partition] != lane {
                self.router = ahead;
                continue;
            }
            let full = self.shelf.load().full(partition);
            let count = usize::try_from(left).unwrap_or(full).min(full);
            let body = self.shelf.body(partition, self.turn, count);
            let size = body.prepared.batch_bytes();
            let is_full = cargo.bytes + size > self.plan.request_bytes || self.shelf.is_full();
            if !cargo.is_empty() && (is_full || cargo.has(partition)) {
                break;
            }
            self.router = ahead;
            self.turn += 1;
            self.source = Source::Closed {
                left: left - count as u64,
                until,
            };
            let stamp = self.stamp(partition, count);
            cargo.load(partition, Meant::Begun(now), body, &stamp);
        }
        cargo
    }

    fn stamp(&mut self, partition: usize, count: usize) -> Stamp {
        let timestamp = clock::wall();
        let Some((producer, epoch)) = self.identity else {
            return Stamp::anonymous(timestamp);
        };
        let next = &mut self.sequences[partition];
        let base_sequence = *next;
        *next = next.plus(i32::try_from(count).unwrap_or(i32::MAX));
        Stamp {
            timestamp,
            producer,
            epoch,
            base_sequence,
        }
    }

    /// Waits for an answer, or until there is something to send.
    async fn wait(&mut self, now: Instant) -> Result<(), Complaint> {
        let pause = self.wake_at(now).since(now);
        let landed = {
            let lanes = &mut self.lanes;
            let mut timer = pin!(clock::sleep(pause));
            poll_fn(|context| {
                for lane in lanes.iter_mut() {
                    if let Poll::Ready(landed) = lane.poll_landed(context) {
                        return Poll::Ready(Some(landed));
                    }
                }
                timer.as_mut().poll(context).map(|()| None)
            })
            .await
        };
        match landed {
            Some(landed) => self.on_landed(landed?),
            None => Ok(()),
        }
    }

    /// When to look again though no answer came.
    fn wake_at(&self, now: Instant) -> Instant {
        let latest = now.plus(LOOK_EVERY);
        let Source::Open(pace) = &self.source else {
            return latest;
        };
        let room = |lane: &Lane| lane.in_flight() < self.plan.in_flight;
        let lanes = self.lanes.iter().zip(&self.gathers);
        let free = lanes.filter(|(lane, _)| room(lane));
        let ready = free
            .clone()
            .filter_map(|(_, gather)| gather.ready_at())
            .min();
        // Records that linger anyway need not be taken one by one.
        let due = pace
            .next_due()
            .map(|due| due.max(now.plus(self.plan.linger / 4)));
        let due = due.filter(|_| free.clone().next().is_some());
        latest
            .min(ready.unwrap_or(latest))
            .min(due.unwrap_or(latest))
    }

    fn on_landed(&mut self, landed: Landed) -> Result<(), Complaint> {
        let now = clock::now();
        let Landed { batches, answer } = landed;
        let response: produce::Response<'_> = answer.read()?;
        let refused = refusals(&response, &self.plan.target);
        if refused.is_empty() {
            self.on_stored(batches, now);
            return Ok(());
        }
        let is_refused = |sent: &Sent| refused.iter().any(|(at, _)| *at == sent.partition);
        let (bad, good): (Vec<Sent>, Vec<Sent>) = batches.into_iter().partition(is_refused);
        let errors = bad.iter().map(|sent| u64::from(sent.count)).sum();
        self.release(errors);
        self.on_stored(good, now);
        let Some((slot, fault)) = refused.into_iter().next() else {
            return Ok(());
        };
        let target = &self.plan.target;
        let (name, partition) = (&target.topic_of(slot).name, target.partition_of(slot));
        let text = format!("the broker refused a batch for {name}-{partition}: {fault}");
        self.seat.tally.borrow_mut().fail(now, errors, &text);
        // A hole in the sequence of an idempotent producer cannot be passed.
        if self.identity.is_some() || !fault.is_retriable() {
            return Err(Complaint(text));
        }
        Ok(())
    }

    /// So many records are no longer on their way: others may be taken from the pace.
    fn release(&mut self, records: u64) {
        let records = usize::try_from(records).unwrap_or(usize::MAX);
        self.held = self.held.saturating_sub(records);
    }

    fn on_stored(&mut self, batches: Vec<Sent>, now: Instant) {
        self.release(batches.iter().map(|sent| u64::from(sent.count)).sum());
        let mut tally = self.seat.tally.borrow_mut();
        let mut counts = Counts {
            requests: 1,
            ..Counts::default()
        };
        for sent in batches {
            counts.add(&sent.counts());
            match sent.meant {
                Meant::Begun(begun) => tally.took(begun, now, u64::from(sent.count)),
                Meant::Each(each) => each.iter().for_each(|meant| tally.took(*meant, now, 1)),
            }
        }
        tally.count(now, &counts);
    }

    fn check_silence(&self, now: Instant) -> Result<(), Complaint> {
        let limit = self.plan.target.settings.request_timeout;
        let oldest = self.lanes.iter().filter_map(Lane::oldest).min();
        match oldest.filter(|oldest| now.since(*oldest) >= limit) {
            Some(_) => Err(Complaint(format!(
                "the broker did not answer a Produce request within {} s (--request-timeout)",
                limit.as_secs_f64()
            ))),
            None => Ok(()),
        }
    }

    fn is_done(&self) -> bool {
        let dry = match &self.source {
            Source::Open(pace) => pace.next_due().is_none(),
            Source::Closed { left, until } => *left == 0 || clock::now() >= *until,
        };
        let empty = self.gathers.iter().all(|gather| gather.queued() == 0);
        dry && empty && self.lanes.iter().all(|lane| lane.in_flight() == 0)
    }

    fn unsent(&self, now: Instant) -> u64 {
        let queued: usize = self.gathers.iter().map(Gather::queued).sum();
        match &self.source {
            Source::Open(pace) => pace.overdue(now) + queued as u64,
            Source::Closed { .. } => 0,
        }
    }
}
