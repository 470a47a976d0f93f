use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use super::ledger::Ledger;
use super::promise::Author;
use super::run::Plan;
use super::seen::{Kept, Seen};
use super::stamp::{Reading, Stamp};
use crate::client::{Cluster, ConsumeSettings, Consumer, Fetched, Position, Reset, offsets};
use crate::io::clock;
use crate::perf::complaint::Complaint;

/// How long one look for what is new takes at most.
const LOOK: Duration = Duration::from_millis(500);

/// Offsets of a topic, by partition.
pub type Bounds = BTreeMap<i32, i64>;

/// Which end of a partition is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Start,
    End,
}

/// Where the partitions of the run's topic start or end. Asked again while brokers are away.
pub async fn bounds(plan: &Plan, bound: Bound) -> Result<Bounds, Complaint> {
    let deadline = clock::now().plus(plan.patience);
    loop {
        match ask(plan, bound).await {
            Ok(bounds) => return Ok(bounds),
            Err(complaint) if clock::now() >= deadline => return Err(complaint),
            Err(_) => clock::sleep(LOOK).await,
        }
    }
}

async fn ask(plan: &Plan, bound: Bound) -> Result<Bounds, Complaint> {
    let target = &plan.target;
    let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
    let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
    let time = match bound {
        Bound::Start => offsets::EARLIEST,
        Bound::End => offsets::LATEST,
    };
    let listed = offsets::list(&cluster, &target.topic().name, &partitions, time).await?;
    let mut bounds = Bounds::new();
    for listed in listed {
        bounds.insert(listed.partition, listed.result?.unwrap_or(0));
    }
    Ok(bounds)
}

/// What was read back.
#[derive(Debug, Default)]
pub struct Found {
    pub seen: BTreeMap<Author, Seen>,
    /// By partition.
    pub kept: BTreeMap<u32, Kept>,
    /// The offset that should come next, by partition.
    next: BTreeMap<i32, i64>,
    /// Changed, or in another partition than they were written to.
    pub corrupt: u64,
    pub gaps: u64,
    pub foreign: u64,
}

/// Reads what stands between two bounds.
pub async fn read_back(
    plan: &Plan,
    ledger: &Ledger,
    from: &Bounds,
    to: &Bounds,
) -> Result<Found, Complaint> {
    let target = &plan.target;
    let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
    let topic: Rc<str> = target.topic().name.as_str().into();
    let position = |(partition, offset): (&i32, &i64)| Position {
        topic: topic.clone(),
        partition: *partition,
        offset: *offset,
    };
    let positions: Vec<Position> = from.iter().map(position).collect();
    let settings = ConsumeSettings::default();
    let mut consumer = Consumer::assign(Rc::new(cluster), positions, settings, Reset::Earliest);
    let mut found = Found {
        next: from.clone(),
        ..Found::default()
    };
    let mut heard = clock::now();
    let end_of = |partition: i32| to.get(&partition).copied().unwrap_or(0);
    while consumer
        .positions()
        .iter()
        .any(|at| at.offset < end_of(at.partition))
    {
        let fetched = consumer.poll(LOOK).await?;
        let now = clock::now();
        if !fetched.is_empty() {
            heard = now;
        } else if now.since(heard) >= plan.patience {
            let why = consumer
                .trouble()
                .map_or("no broker says why".into(), |fault| fault.to_string());
            return Err(Complaint(format!("reading back came to a halt: {why}")));
        }
        fetched
            .iter()
            .for_each(|fetched| found.visit(ledger, fetched));
    }
    Ok(found)
}

impl Found {
    pub fn has(&self, author: &Author, number: u64) -> bool {
        self.seen.get(author).is_some_and(|seen| seen.has(number))
    }

    fn visit(&mut self, ledger: &Ledger, fetched: &Fetched) {
        let visited = fetched.visit(|batch, record| {
            let offset = batch.base_offset().0 + i64::from(record.offset_delta);
            let reading = Stamp::read(record.value.unwrap_or_default());
            self.take(ledger, fetched.partition, (offset, reading));
            ControlFlow::Continue(())
        });
        self.corrupt += u64::from(visited.is_err());
    }

    /// Takes in one record and the offset at which it stands.
    pub fn take(&mut self, ledger: &Ledger, partition: i32, (offset, reading): (i64, Reading)) {
        let next = self.next.insert(partition, offset + 1);
        self.gaps += u64::from(next.is_some_and(|next| next != offset));
        match reading {
            Reading::Whole(stamp) if !ledger.knows(stamp.run) => self.foreign += 1,
            Reading::Whole(stamp) if i64::from(stamp.partition) == i64::from(partition) => {
                let (author, number) = (stamp.author(), stamp.number);
                self.seen.entry(author).or_default().see(number);
                if ledger.at(stamp.partition, offset) == Some((author, number)) {
                    self.kept.entry(stamp.partition).or_default().push(offset);
                }
            }
            Reading::Whole(_) | Reading::Corrupt => self.corrupt += 1,
            Reading::Foreign => self.foreign += 1,
        }
    }
}
