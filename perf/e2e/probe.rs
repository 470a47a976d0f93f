use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::run::Plan;
use crate::client::{
    ClientFault, Cluster, Connection, ConsumeSettings, Consumer, Payload, Position, Reset, offsets,
};
use crate::io::{clock, task};
use crate::model::{Instant, NodeId};
use crate::perf::budget;
use crate::perf::complaint::Complaint;
use crate::perf::load::Dice;
use crate::perf::pace::{Pace, Plan as Times};
use crate::perf::seat::Seat;
use crate::perf::tally::Counts;
use crate::records::{BatchBuilder, NewRecord};
use crate::wire::api::produce;
use crate::wire::{Records, Text};

/// Which run, and for when the record was meant: two numbers of 64 bits.
pub const BYTES_MIN: usize = 16;
/// Records without an answer, where their bytes allow it; a pace that runs further ahead waits,
/// its times fixed.
const IN_FLIGHT_MAX: u64 = 10_000;
/// How long the consumer waits for what is new before it looks whether all is there.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long after the last record was sent it may take to be seen.
const GRACE: Duration = Duration::from_secs(10);

/// One producer and one consumer of the same partitions.
pub struct Probe {
    plan: Arc<Plan>,
    seat: Rc<Seat>,
    connections: BTreeMap<NodeId, Rc<Connection>>,
    state: Rc<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: Cell<u64>,
    answered: Cell<u64>,
    seen: Cell<u64>,
    fault: RefCell<Option<Complaint>>,
}

impl State {
    fn fail(&self, fault: impl Into<Complaint>) {
        self.fault.borrow_mut().get_or_insert(fault.into());
    }

    fn has_failed(&self) -> bool {
        self.fault.borrow().is_some()
    }
}

fn add(cell: &Cell<u64>, count: u64) {
    cell.set(cell.get() + count);
}

impl Probe {
    pub async fn open(plan: Arc<Plan>, seat: Rc<Seat>) -> Result<Probe, Complaint> {
        let mut connections = BTreeMap::new();
        for (leader, address) in &plan.target.brokers {
            let connection = Connection::open(address, &plan.target.settings).await?;
            connections.insert(*leader, Rc::new(connection));
        }
        Ok(Probe {
            plan,
            seat,
            connections,
            state: Rc::default(),
        })
    }

    /// A consumer at the end of all partitions.
    pub async fn consumer(&self) -> Result<Consumer, Complaint> {
        let target = &self.plan.target;
        let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
        let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
        let ends =
            offsets::list(&cluster, &target.topic().name, &partitions, offsets::LATEST).await?;
        let topic: Rc<str> = target.topic().name.as_str().into();
        let mut positions = Vec::new();
        for end in ends {
            positions.push(Position {
                topic: topic.clone(),
                partition: end.partition,
                offset: end.result?.unwrap_or(0),
            });
        }
        let settings = ConsumeSettings::default();
        Ok(Consumer::assign(
            Rc::new(cluster),
            positions,
            settings,
            Reset::Latest,
        ))
    }

    /// Sends all records and sees them; gives those that were acknowledged and never seen.
    pub async fn work(self, consumer: Consumer, start: Instant) -> Result<u64, Complaint> {
        let watching = task::spawn(watch(
            consumer,
            self.plan.clone(),
            self.seat.clone(),
            self.state.clone(),
        ));
        self.send_all(start).await;
        let deadline = clock::now().plus(GRACE);
        let state = &self.state;
        let is_open = || {
            let waits =
                state.answered.get() < state.sent.get() || state.seen.get() < state.sent.get();
            waits && !state.has_failed()
        };
        while is_open() && clock::now() < deadline {
            clock::sleep(LOOK_EVERY / 10).await;
        }
        watching.cancel().await;
        match state.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(state.answered.get().saturating_sub(state.seen.get())),
        }
    }

    async fn send_all(&self, start: Instant) {
        let plan = &self.plan;
        let times = Times {
            rate: plan.rate,
            arrivals: plan.arrivals,
            phase: 0.0,
            records: plan.records,
            until: plan.span.map_or(Instant(u64::MAX), |span| start.plus(span)),
        };
        let mut pace = Pace::new(start, &times, Dice::new(1));
        let mut dice = Dice::new(plan.run);
        let room = (budget::UNANSWERED / plan.record_bytes) as u64;
        let in_flight_max = room.clamp(1, IN_FLIGHT_MAX);
        while let Some(due) = pace.next_due() {
            if self.seat.control.is_stopping() || self.state.has_failed() {
                return;
            }
            let now = clock::now();
            let waiting = self.state.sent.get() - self.state.answered.get();
            if due > now || waiting >= in_flight_max {
                let pause = due.since(now).min(LOOK_EVERY);
                clock::sleep(pause.max(Duration::from_micros(5))).await;
                continue;
            }
            if let Some(meant) = pace.take(now) {
                self.seat.tally.borrow_mut().late(meant, now);
                if let Err(fault) = self.send(meant, &mut dice).await {
                    self.state.fail(fault);
                }
            }
        }
    }

    async fn send(&self, meant: Instant, dice: &mut Dice) -> Result<(), ClientFault> {
        let target = &self.plan.target;
        let partition = (self.state.sent.get() % target.leaders.len() as u64) as usize;
        let leader = target.leaders.get(partition).copied().unwrap_or(NodeId(0));
        let missing = || ClientFault::Missing(format!("broker {}", leader.0));
        let connection = self.connections.get(&leader).ok_or_else(missing)?.clone();
        let batch = self.batch(meant, dice);
        let payload = Payload::from(bytes::Bytes::from(batch));
        let row = produce::PartitionProduceData {
            index: i32::try_from(partition).unwrap_or(i32::MAX),
            records: Some(Records::Spliced {
                index: 0,
                len: payload.len(),
            }),
            ..produce::PartitionProduceData::default()
        };
        let topic = produce::TopicProduceData {
            name: Text::Borrowed(&target.topic().name),
            topic_id: target.topic().id,
            partition_data: vec![row],
            ..produce::TopicProduceData::default()
        };
        let request = produce::Request {
            acks: self.plan.acks.number(),
            timeout_ms: 30_000,
            topic_data: vec![topic],
            ..produce::Request::default()
        };
        let pending = connection.start_with(&request, &[payload]).await?;
        add(&self.state.sent, 1);
        let (seat, state) = (self.seat.clone(), self.state.clone());
        let (limit, bytes) = (
            target.settings.request_timeout,
            self.plan.record_bytes as u64,
        );
        let hearing = async move {
            // The connection must live until its answers have come.
            let _connection = connection;
            match pending
                .within(limit)
                .await
                .and_then(|answer| check(&answer))
            {
                Ok(()) => {
                    let now = clock::now();
                    let counts = Counts {
                        records: 1,
                        payload_bytes: bytes,
                        batches: 1,
                        requests: 1,
                        ..Counts::default()
                    };
                    let mut tally = seat.tally.borrow_mut();
                    tally.count(now, &counts);
                    tally.took(meant, now, 1);
                    add(&state.answered, 1);
                }
                Err(fault) => state.fail(fault),
            }
        };
        task::spawn(hearing).detach();
        Ok(())
    }

    fn batch(&self, meant: Instant, dice: &mut Dice) -> Vec<u8> {
        let mut value = vec![0; self.plan.record_bytes];
        value[..8].copy_from_slice(&self.plan.run.to_be_bytes());
        value[8..16].copy_from_slice(&meant.0.to_be_bytes());
        dice.fill(&mut value[BYTES_MIN..]);
        let mut builder = BatchBuilder::with_capacity(value.len() + 16);
        let record = NewRecord {
            value: Some(&value),
            ..NewRecord::default()
        };
        builder.push(clock::wall(), &record);
        builder.finish()
    }
}

fn check(answer: &crate::client::Answer) -> Result<(), ClientFault> {
    let response: produce::Response<'_> = answer.read()?;
    for row in response
        .responses
        .iter()
        .flat_map(|topic| &topic.partition_responses)
    {
        ClientFault::check(row.error_code, row.error_message.as_deref())?;
    }
    Ok(())
}

/// Sees records of this run until it is cancelled.
async fn watch(mut consumer: Consumer, plan: Arc<Plan>, seat: Rc<Seat>, state: Rc<State>) {
    loop {
        let polled = match consumer.poll(LOOK_EVERY).await {
            Ok(polled) => polled,
            Err(fault) => return state.fail(fault),
        };
        let now = clock::now();
        let mut tally = seat.tally.borrow_mut();
        for fetched in &polled {
            let visited = fetched.visit(|_, record| {
                if let Some(meant) = meant_of(record.value.unwrap_or_default(), plan.run) {
                    tally.took_second(meant, now);
                    add(&state.seen, 1);
                }
                ControlFlow::Continue(())
            });
            if let Err(fault) = visited {
                state.fail(fault);
            }
        }
    }
}

/// For when a record was meant; `None` for those of others.
fn meant_of(value: &[u8], run: u64) -> Option<Instant> {
    let number = |at: usize| {
        value
            .get(at..)?
            .first_chunk()
            .map(|bytes| u64::from_be_bytes(*bytes))
    };
    (number(0)? == run).then_some(Instant(number(8)?))
}

#[cfg(test)]
mod tests {
    use super::{Instant, meant_of};

    #[test]
    fn only_records_of_this_run_are_measured() {
        let value = [7u64.to_be_bytes(), 99u64.to_be_bytes()].concat();
        assert_eq!(meant_of(&value, 7), Some(Instant(99)));
        assert_eq!(meant_of(&value, 8), None);
        assert_eq!(meant_of(&value[..15], 7), None);
    }
}
