//! Acks at the write: `flush.messages` above 1, and what `flush.ms` then promises.

use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Node, Seeds, SlowSync, World};

use crate::broker::Life;
use crate::consumer::read_whole;
use crate::ledger::Mark;
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "relaxed";
const FLUSH: Duration = Duration::from_millis(50);

/// What a flush itself may take on a disk that is not slow.
const DISK: Duration = Duration::from_millis(200);

fn configs() -> Vec<(&'static str, String)> {
    vec![
        ("flush.messages", "1000".to_owned()),
        ("flush.ms", FLUSH.as_millis().to_string()),
    ]
}

fn mark(sequence: i32) -> Mark {
    Mark {
        partition: 0,
        producer: 1,
        sequence,
    }
}

async fn produce(broker: &Node, sequence: i32) {
    let acked = topic::produce_one(broker.address(PORT), TOPIC, mark(sequence)).await;
    assert_eq!(acked.expect("an answer"), (0, i64::from(sequence)));
}

/// Dropping what this gives asks the broker to stop.
async fn begin(broker: &Node) -> Life {
    let life = Life::begin(broker, PORT, 2);
    topic::create_patiently(broker.address(PORT), TOPIC, 1, &configs()).await;
    life
}

/// Records that a broker holds after a power cut.
async fn held_after_power_cut(broker: &Node) -> usize {
    broker.crash();
    broker.boot();
    let _life = begin(broker).await;
    let held = read_whole(broker.address(PORT), TOPIC, 0).await;
    held.expect("a broker at rest").records.len()
}

#[test]
fn acks_come_at_the_write_however_slow_syncs_are() {
    Seeds::of("flush::acks_come_at_the_write", 50).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async {
            let _life = begin(&broker).await;
            produce(&broker, 0).await;
            let delay = Duration::from_secs(20);
            let slow = SlowSync {
                percent: 100,
                delay,
            };
            broker.plan(|faults| faults.slow_sync = Some(slow));
            let begun = clock::now();
            produce(&broker, 1).await;
            let took = clock::now().since(begun);
            assert!(
                took < delay,
                "seed {seed}: the ack waited for a sync, {took:?}"
            );
        });
    });
}

#[test]
fn what_flush_ms_has_passed_over_survives_a_power_cut() {
    Seeds::of("flush::what_flush_ms_has_passed", 100).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async {
            let _life = begin(&broker).await;
            for sequence in 0..4 {
                produce(&broker, sequence).await;
                clock::sleep(FLUSH * (sequence as u32 % 2)).await;
            }
            clock::sleep(FLUSH + DISK).await;
            let held = held_after_power_cut(&broker).await;
            assert_eq!(held, 4, "seed {seed}: records that were acked and flushed");
        });
    });
}

#[test]
fn power_cut_right_after_the_ack_may_take_the_record() {
    let outcomes = Seeds::of("flush::power_cut_right_after", 40).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async {
            let _life = begin(&broker).await;
            produce(&broker, 0).await;
            held_after_power_cut(&broker).await
        })
    });
    assert!(outcomes.contains(&0), "no world lost an unsynced record");
}

#[test]
fn retention_may_take_what_is_not_synced_yet() {
    Seeds::of("flush::retention_may_take", 10).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async {
            let _life = Life::begin(&broker, PORT, 2);
            let forgetful = [
                ("flush.messages", "1000".to_owned()),
                ("flush.ms", "2000".to_owned()),
                ("retention.ms", "1".to_owned()),
                ("file.delete.delay.ms", "0".to_owned()),
            ];
            topic::create_patiently(broker.address(PORT), TOPIC, 1, &forgetful).await;
            produce(&broker, 0).await;
            // The janitor comes, and then the flush.
            clock::sleep(Duration::from_secs(4)).await;
            produce(&broker, 1).await;
        });
    });
}
