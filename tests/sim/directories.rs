//! Two log directories, one of which fails under load: what lies in the other is served on, and
//! no acknowledged record is lost in either.

use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Node, Seeds, World};
use corelane::io::{clock, task};
use corelane::model::ErrorCode;

use crate::broker::Life;
use crate::consumer::read_patiently;
use crate::ledger::{Ledger, Mark};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "spread";
const PARTITIONS: i32 = 4;

/// The first has the metadata log.
const DIRS: &str = "/first,/second";
const SECOND: &str = "/second";

/// As long a client waits for an answer.
const TIMEOUT_MS: i32 = 200;

fn begin(broker: &Node, world: &World) -> Life {
    let shards = 1 + world.dice().below(3) as usize;
    Life::begin_in(broker, PORT, shards, DIRS)
}

/// Produces to a partition until it refuses for good, or `enough` is there; gives how much is.
async fn produce(broker: Node, partition: i32, ledger: Rc<Ledger>, enough: i32) -> i32 {
    let mut failures = 0;
    for sequence in 0..enough {
        let mark = Mark {
            partition,
            producer: 1,
            sequence,
        };
        let answer = topic::produce_within(broker.address(PORT), TOPIC, mark, TIMEOUT_MS).await;
        let (code, offset) = answer.expect("the broker is up");
        if code == 0 {
            ledger.promise(offset, mark);
            continue;
        }
        assert_eq!(
            ErrorCode::from_code(code),
            Some(ErrorCode::KafkaStorageError)
        );
        failures += 1;
        if failures == 3 {
            return sequence;
        }
    }
    enough
}

#[test]
fn acked_records_survive_a_directory_that_fails_and_the_other_serves_on() {
    Seeds::of("directories::acked_records_survive", 20).run(|seed| {
        let world = World::new(seed);
        let (broker, dice) = (world.node("broker"), world.dice());
        let ledger = Rc::new(Ledger::default());
        world.run(async {
            let life = begin(&broker, &world);
            topic::create_patiently(broker.address(PORT), TOPIC, PARTITIONS, &[]).await;
            let enough = 30;
            let producers: Vec<_> = (0..PARTITIONS)
                .map(|partition| {
                    task::spawn(produce(broker.clone(), partition, ledger.clone(), enough))
                })
                .collect();
            clock::sleep(Duration::from_micros(dice.below(40_000))).await;
            broker.plan(|faults| faults.broken = Some(SECOND));
            let mut whole = 0;
            for producer in producers {
                whole += usize::from(producer.await == enough);
            }
            assert!(whole >= 2, "seed {seed}: the first directory serves on");
            // What is made from now on lies in the first one.
            topic::create_patiently(broker.address(PORT), "new", 3, &[]).await;
            if dice.percent(50) {
                let stopped = life.stop().await.expect("the machine is up");
                assert!(stopped.is_ok(), "seed {seed}: {stopped:?}");
            }
            broker.crash();
            broker.boot();
            if dice.percent(50) {
                let _without = begin(&broker, &world);
                topic::create_patiently(broker.address(PORT), "newer", 2, &[]).await;
                broker.crash();
                broker.boot();
            }
            broker.plan(|faults| faults.broken = None);
            let _whole = begin(&broker, &world);
            for partition in 0..PARTITIONS {
                let held = read_patiently(broker.address(PORT), TOPIC, partition).await;
                ledger.audit_promises(partition, &held);
            }
        });
        let complaints = ledger.complaints();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
    });
}

#[test]
fn a_broker_whose_metadata_directory_fails_ends() {
    Seeds::of("directories::a_broker_whose_metadata", 6).run(|seed| {
        let world = World::new(seed);
        let broker = world.node("broker");
        world.run(async {
            let life = begin(&broker, &world);
            topic::create_patiently(broker.address(PORT), TOPIC, PARTITIONS, &[]).await;
            broker.plan(|faults| faults.broken = Some("/first"));
            for partition in 0..PARTITIONS {
                let mark = Mark {
                    partition,
                    producer: 1,
                    sequence: 0,
                };
                // One of them lies in the directory that failed.
                let address = broker.address(PORT);
                let _any = topic::produce_within(address, TOPIC, mark, TIMEOUT_MS).await;
            }
            let ended = life.ended().await.expect("the machine is up");
            assert!(ended.is_err(), "seed {seed}");
        });
    });
}
