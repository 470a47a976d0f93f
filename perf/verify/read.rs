use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use super::ledger::{Read, Verdict};
use super::run::Plan;
use super::stamp::{Reading, Stamp};
use crate::client::{Cluster, ConsumeSettings, Consumer, Fetched, Position, Reset, offsets};
use crate::io::clock;
use crate::perf::complaint::Complaint;

/// How long one look for what is new takes at most.
const LOOK: Duration = Duration::from_millis(500);

/// Offsets of a topic, by partition.
pub type Bounds = BTreeMap<i32, i64>;

/// Where the partitions of the run's topic end. Asked again while brokers are away.
pub async fn ends(plan: &Plan) -> Result<Bounds, Complaint> {
    let deadline = clock::now().plus(plan.patience);
    loop {
        match ask_ends(plan).await {
            Ok(ends) => return Ok(ends),
            Err(complaint) if clock::now() >= deadline => return Err(complaint),
            Err(_) => clock::sleep(LOOK).await,
        }
    }
}

async fn ask_ends(plan: &Plan) -> Result<Bounds, Complaint> {
    let target = &plan.target;
    let cluster = Cluster::connect(&target.bootstrap, target.settings.clone()).await?;
    let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
    let listed =
        offsets::list(&cluster, &target.topic().name, &partitions, offsets::LATEST).await?;
    let mut ends = Bounds::new();
    for listed in listed {
        ends.insert(listed.partition, listed.result?.unwrap_or(0));
    }
    Ok(ends)
}

/// What was read back, by producer and partition.
#[derive(Debug, Default)]
pub struct Found {
    pub reads: BTreeMap<(u32, u32), Read>,
    pub verdict: Verdict,
}

/// Reads the run's records between two bounds.
pub async fn read_back(plan: &Plan, from: &Bounds, to: &Bounds) -> Result<Found, Complaint> {
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
    let mut found = Found::default();
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
            .for_each(|fetched| found.take(plan.run, fetched));
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, run: u64, fetched: &Fetched) {
        let (reads, verdict) = (&mut self.reads, &mut self.verdict);
        let visited = fetched.visit(|_, record| {
            match Stamp::read(record.value.unwrap_or_default()) {
                Reading::Whole(stamp) if stamp.run != run => {}
                Reading::Whole(stamp)
                    if i64::from(stamp.partition) == i64::from(fetched.partition) =>
                {
                    let read = reads.entry((stamp.producer, stamp.partition)).or_default();
                    read.see(stamp.number);
                }
                // In another partition than it was written to, or changed.
                Reading::Whole(_) | Reading::Corrupt => verdict.corrupt += 1,
                Reading::Foreign => {}
            }
            ControlFlow::Continue(())
        });
        verdict.corrupt += u64::from(visited.is_err());
    }
}
