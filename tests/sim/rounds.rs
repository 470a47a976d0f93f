//! A journal that goes round while one partition or many are written to: what its files held
//! before they were written again is in the segments.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Node, Seeds, Site, World};
use futures_util::future::join_all;

use crate::broker::{Life, spare};
use crate::consumer::read_patiently;
use crate::ledger::{Ledger, Mark};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "rounds";

/// More segments than are synced one by one when a journal file retires.
const MANY: i32 = 70;

/// Virtual time that the story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

/// After so long the checkpoints tell which segments closed.
const CHECKPOINTED: Duration = Duration::from_secs(6);

/// After so long without a write, what the journal holds is in the segments too.
const SETTLED: Duration = Duration::from_millis(60);

/// What is wrong with the disk.
#[derive(Clone, Copy, Default)]
pub struct Disk {
    /// It lies to this place in the code, and mostly the power goes soon afterwards.
    pub lie_to: Option<Site>,
    /// In each life one sync of this place fails.
    pub fail_at: Option<Site>,
    /// Whether there are many partitions; the dice say so where nobody does.
    pub is_crowded: Option<bool>,
}

/// Tells the story, and panics when an acknowledged record is gone.
pub fn tell(seed: u64, disk: Disk) -> BTreeSet<Site> {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = disk.lie_to);
    let story = clock::timeout(STORY_MAX, go_round(&world, &broker, disk));
    world.run(story).expect("a broker that serves");
    broker.sync_sites()
}

async fn go_round(world: &World, broker: &Node, disk: Disk) {
    let (dice, ledger) = (world.dice(), Ledger::default());
    let is_crowded = dice.percent(30);
    let is_crowded = disk.is_crowded.unwrap_or(is_crowded);
    let partitions = if is_crowded { MANY } else { 2 };
    let configs = [("segment.ms", dice.between(2, 400).to_string())];
    let mut life = Life::begin_small(broker, PORT);
    for number in 0..2 {
        topic::create_patiently(broker.address(PORT), TOPIC, partitions, &configs).await;
        broker.plan(|faults| faults.fail_at = disk.fail_at);
        for round in 0..2 {
            write(broker, (0..partitions, number, round), &ledger).await;
        }
        // A lie comes to light when much follows it, and then the power goes.
        let (cut_percent, idle_percent) = match disk.lie_to {
            Some(_) => (10, 80),
            None => (40, 40),
        };
        if dice.percent(cut_percent) {
            let count = dice.between(1, 150);
            broker.plan(|faults| faults.cut_power_in = Some(count));
        }
        for sequence in 2..dice.between(2, 40) as i32 {
            write(broker, (0..1, number, sequence), &ledger).await;
            if dice.percent(10) {
                clock::sleep(SETTLED).await;
            }
        }
        if dice.percent(idle_percent) {
            clock::sleep(CHECKPOINTED).await;
        }
        spare(broker).await;
        broker.plan(|faults| faults.fail_at = None);
        broker.crash();
        broker.boot();
        life = start(world, broker, disk).await;
        for partition in 0..partitions {
            let held = read_patiently(broker.address(PORT), TOPIC, partition).await;
            ledger.audit_promises(partition, &held);
        }
    }
    drop(life);
    let complaints = ledger.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Now and then the power goes while the broker starts, so that it starts twice.
async fn start(world: &World, broker: &Node, disk: Disk) -> Life {
    let dice = world.dice();
    let count = match disk.lie_to {
        Some(_) => dice.between(1, 4),
        None => dice.between(1, 60),
    };
    if dice.percent(50) {
        broker.plan(|faults| match disk.lie_to {
            Some(_) => faults.cut_after_lie = Some(count),
            None => faults.cut_power_in = Some(count),
        });
        let _dying = Life::begin_small(broker, PORT);
        let _idle = clock::timeout(Duration::from_millis(100), broker.downed()).await;
        spare(broker).await;
        broker.crash();
        broker.boot();
    }
    Life::begin_small(broker, PORT)
}

/// Writes one record to each of these partitions, all at once.
async fn write(
    broker: &Node,
    (partitions, producer, sequence): (Range<i32>, u32, i32),
    ledger: &Ledger,
) {
    let writers = partitions.map(|partition| {
        let mark = Mark {
            partition,
            producer,
            sequence,
        };
        produce(broker, mark, ledger)
    });
    join_all(writers).await;
}

/// Produces a record, and books the acknowledgement if there is one.
async fn produce(broker: &Node, mark: Mark, ledger: &Ledger) {
    if let Ok((0, offset)) = topic::produce_one(broker.address(PORT), TOPIC, mark).await {
        ledger.promise(offset, mark);
    }
}

#[test]
fn what_a_file_of_the_journal_held_before_its_next_round_is_in_the_segments() {
    Seeds::of("rounds::what_a_file", 12).run(|seed| tell(seed, Disk::default()));
}
