//! A stop while the disk takes long over every sync: it ends, and whatever was acknowledged before
//! or meanwhile is there at the next start.

use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Node, Seeds, SlowSync, World};
use corelane::io::{clock, task};

use crate::broker::Life;
use crate::consumer::read_patiently;
use crate::ledger::{Ledger, Mark};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "stalled";
const PARTITIONS: i32 = 3;

/// Produces to a partition until the broker is gone or refuses.
async fn produce(broker: Node, partition: i32, ledger: Rc<Ledger>) {
    for sequence in 0.. {
        let mark = Mark {
            partition,
            producer: 1,
            sequence,
        };
        match topic::produce_within(broker.address(PORT), TOPIC, mark, i32::MAX).await {
            Ok((0, offset)) => ledger.promise(offset, mark),
            Ok(_) | Err(_) => return,
        }
        clock::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn a_stop_on_a_stalled_disk_ends_and_what_was_acked_is_there() {
    let clean = Seeds::of("stalled::a_stop_on_a_stalled_disk", 40).run(|seed| {
        let world = World::new(seed);
        let (broker, dice) = (world.node("broker"), world.dice());
        let ledger = Rc::new(Ledger::default());
        let mut clean = false;
        world.run(async {
            let life = Life::begin(&broker, PORT, 1 + dice.below(2) as usize);
            topic::create_patiently(broker.address(PORT), TOPIC, PARTITIONS, &[]).await;
            for partition in 0..PARTITIONS {
                task::spawn(produce(broker.clone(), partition, ledger.clone())).detach();
            }
            clock::sleep(Duration::from_micros(dice.below(60_000))).await;
            let slow = SlowSync {
                percent: 40,
                delay: Duration::from_secs(dice.between(1, 45)),
            };
            broker.plan(|faults| faults.slow_sync = Some(slow));
            clock::sleep(Duration::from_micros(dice.below(20_000))).await;
            clean = life.stop().await.expect("the machine is up").is_ok();
            broker.crash();
            broker.plan(|faults| faults.slow_sync = None);
            broker.boot();
            let _next = Life::begin(&broker, PORT, 1);
            for partition in 0..PARTITIONS {
                let held = read_patiently(broker.address(PORT), TOPIC, partition).await;
                ledger.audit_promises(partition, &held);
            }
        });
        let complaints = ledger.complaints();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
        clean
    });
    let count = clean.iter().filter(|clean| **clean).count();
    let both = 1..clean.len();
    assert!(both.contains(&count), "{count} of these stops were clean");
}
