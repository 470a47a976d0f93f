//! A compacted topic whose broker dies at every step of the work, also of the work of starting.

use std::collections::BTreeSet;
use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Dice, Node, Seeds, Site, World};

use crate::broker::{Life, spare};
use crate::keyed::{Shown, Writer, read};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "state";

/// Virtual time in which a broker that is whole serves what is asked of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// After so long without a write, a start does not look at the segments that are closed by now.
const CHECKPOINTED: Duration = Duration::from_secs(6);

/// How the topic is kept: many small segments, cleaned often, markers of deleted keys soon gone.
fn configs(dice: &Dice) -> Vec<(&'static str, String)> {
    vec![
        ("cleanup.policy", "compact".to_owned()),
        ("segment.ms", dice.between(1, 40).to_string()),
        ("segment.index.bytes", dice.between(24, 400).to_string()),
        ("index.interval.bytes", dice.between(100, 4_000).to_string()),
        (
            "min.cleanable.dirty.ratio",
            ["0", "0.3"][dice.below(2) as usize].to_owned(),
        ),
        ("delete.retention.ms", dice.below(600).to_string()),
        ("file.delete.delay.ms", dice.below(300).to_string()),
    ]
}

/// Writes until so many batches are acknowledged; waits for nothing when the machine is down.
async fn write(broker: &Node, writer: &mut Writer, dice: &Dice, batches: u64) {
    let mut left = batches;
    let deadline = clock::now().plus(PATIENCE);
    while left > 0 && broker.is_up() && clock::now() < deadline {
        match writer.write(dice).await {
            Ok(()) => left -= 1,
            Err(_) => clock::sleep(Duration::from_millis(20)).await,
        }
        clock::sleep(Duration::from_micros(dice.below(15_000))).await;
    }
}

async fn read_patiently(broker: &Node, from: i64, seed: u64) -> Shown {
    let deadline = clock::now().plus(PATIENCE);
    loop {
        match read(broker.address(PORT), TOPIC, from).await {
            Ok(shown) => return shown,
            Err(error) => assert!(clock::now() < deadline, "seed {seed}: {error}"),
        }
        clock::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads until nothing is wrong. One read may be: what deletes a key can go while the reader is on
/// its way from the deleted value to there, if that takes longer than `delete.retention.ms`.
async fn audit(broker: &Node, writer: &Writer, seed: u64) -> Shown {
    let mut tries = 5;
    loop {
        let shown = read_patiently(broker, 0, seed).await;
        let wrong = writer.audit(&shown);
        tries -= 1;
        if wrong.is_empty() {
            return shown;
        }
        assert!(tries > 0, "seed {seed}: {wrong:#?}");
        clock::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads from offsets in the middle of the log, which are found by its indexes.
async fn look_up(broker: &Node, writer: &Writer, (dice, seed): (&Dice, u64)) {
    for _ in 0..4 {
        let from = dice.below(writer.end() as u64 + 1) as i64;
        let shown = read_patiently(broker, from, seed).await;
        for (offset, pair) in shown.pairs.range(from..) {
            assert_eq!(writer.acked.get(offset), Some(pair), "seed {seed}");
        }
    }
}

/// Tells the story on a disk that lies, and panics when it goes wrong. Gives everybody who asked
/// for a sync.
pub fn tell(seed: u64, lie_to: Option<Site>) -> BTreeSet<Site> {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = lie_to);
    world.run(async { write_and_cut(&broker, world.dice(), seed, lie_to.is_some()).await });
    broker.sync_sites()
}

/// Gives how many acknowledged records compaction took away in the end.
async fn write_and_cut(broker: &Node, dice: &Dice, seed: u64, is_lied_to: bool) -> usize {
    let shards = dice.between(1, 2) as usize;
    let mut life = Life::begin(broker, PORT, shards);
    topic::create_patiently(broker.address(PORT), TOPIC, 1, &configs(dice)).await;
    let mut writer = Writer::begin(broker.address(PORT), TOPIC).await;
    for _ in 0..dice.between(2, 7) {
        if is_lied_to || dice.percent(30) {
            clock::sleep(CHECKPOINTED).await;
        }
        if is_lied_to {
            let count = dice.between(1, 5);
            broker.plan(|faults| faults.cut_after_lie = Some(count));
        } else if dice.percent(75) {
            let count = dice.between(1, 500);
            broker.plan(|faults| faults.cut_power_in = Some(count));
        }
        write(broker, &mut writer, dice, dice.between(5, 40)).await;
        clock::sleep(Duration::from_millis(dice.below(400))).await;
        spare(broker).await;
        if broker.is_up() && dice.percent(20) {
            let stopped = life.stop().await.expect("the machine is up");
            stopped.unwrap_or_else(|fault| panic!("seed {seed}: a clean stop fails: {fault}"));
        }
        broker.crash();
        broker.boot();
        // Now and then the power goes again while the broker starts.
        if dice.percent(40) {
            let count = dice.between(1, 60);
            broker.plan(|faults| faults.cut_power_in = Some(count));
            let _dying = Life::begin(broker, PORT, shards);
            let patience = Duration::from_millis(300);
            let _idle = clock::timeout(patience, broker.downed()).await;
            spare(broker).await;
            broker.crash();
            broker.boot();
        }
        life = Life::begin(broker, PORT, shards);
        write(broker, &mut writer, dice, 1).await;
        audit(broker, &writer, seed).await;
        look_up(broker, &writer, (dice, seed)).await;
    }
    write(broker, &mut writer, dice, 3).await;
    clock::sleep(Duration::from_secs(2)).await;
    let shown = audit(broker, &writer, seed).await;
    drop(life);
    writer.acked.len() - shown.pairs.len()
}

#[test]
fn last_acked_value_of_every_key_survives_power_cuts_while_the_log_is_compacted() {
    let taken = Seeds::of("compaction::last_acked_value", 60).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async { write_and_cut(&broker, world.dice(), seed, false).await })
    });
    let (worlds, total): (usize, usize) = (taken.len(), taken.iter().sum());
    assert!(total > worlds, "nothing was compacted in {worlds} worlds");
    println!("{worlds} worlds forgot {total} records and no value");
}
