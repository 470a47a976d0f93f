//! One partition whose files fail, under load: the others of its shard and directory are served on,
//! however often the journal goes round. What was acknowledged is there once the disk is mended.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Node, Seeds, Site, World};
use corelane::io::{clock, task};
use corelane::model::ErrorCode;

use crate::broker::{Life, spare};
use crate::consumer::read_patiently;
use crate::ledger::{Ledger, Mark};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "broken";
const PARTITIONS: i32 = 3;

/// Where the first partition lies.
const FIRST: &str = "/data/broken-0";

/// Records for each partition: in the smallest journal some forty files of frames.
const RECORDS: i32 = 60;

/// Virtual time that the story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

/// As long a client waits for an answer.
const TIMEOUT_MS: i32 = 200;

/// Produces to a partition until it refuses, or the power goes; gives how much it took.
async fn produce(broker: Node, partition: i32, ledger: Rc<Ledger>) -> i32 {
    for sequence in 0..RECORDS {
        let mark = Mark {
            partition,
            producer: 1,
            sequence,
        };
        let answer = topic::produce_within(broker.address(PORT), TOPIC, mark, TIMEOUT_MS).await;
        let Ok((code, offset)) = answer else {
            return sequence;
        };
        if code != 0 {
            let code = ErrorCode::from_code(code);
            assert_eq!(code, Some(ErrorCode::KafkaStorageError));
            return sequence;
        }
        ledger.promise(offset, mark);
    }
    RECORDS
}

/// Tells the story, and panics when it goes wrong. Gives whether a producer met the fault, and
/// everybody who asked for a sync.
pub fn tell(seed: u64, lie_to: Option<Site>) -> (bool, BTreeSet<Site>) {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = lie_to);
    let story = clock::timeout(STORY_MAX, break_one(&world, &broker, lie_to.is_some()));
    let refused = world.run(story).expect("a broker that serves");
    (refused, broker.sync_sites())
}

async fn break_one(world: &World, broker: &Node, is_lied_to: bool) -> bool {
    let (seed, dice) = (world.seed(), world.dice());
    let ledger = Rc::new(Ledger::default());
    let mut refused = false;
    let life = Life::begin(broker, PORT, 1 + dice.below(2) as usize);
    topic::create_patiently(broker.address(PORT), TOPIC, PARTITIONS, &[]).await;
    let producers: Vec<_> = (0..PARTITIONS)
        .map(|partition| task::spawn(produce(broker.clone(), partition, ledger.clone())))
        .collect();
    clock::sleep(Duration::from_micros(dice.below(60_000))).await;
    broker.plan(|faults| faults.broken = Some(FIRST));
    if is_lied_to && dice.percent(50) {
        let count = dice.between(1, 3);
        broker.plan(|faults| faults.cut_after_lie = Some(count));
    }
    for (partition, producer) in producers.into_iter().enumerate() {
        let taken = producer.await;
        refused |= taken < RECORDS;
        assert!(
            partition == 0 || taken == RECORDS || is_lied_to,
            "seed {seed}: partition {partition} took {taken}"
        );
    }
    if dice.percent(50) {
        // It may be the stop that meets the fault: then it says so.
        let _stopped = life.stop().await;
    }
    spare(broker).await;
    broker.crash();
    broker.plan(|faults| faults.broken = None);
    broker.boot();
    let _mended = Life::begin(broker, PORT, 1);
    for partition in 0..PARTITIONS {
        let held = read_patiently(broker.address(PORT), TOPIC, partition).await;
        ledger.audit_promises(partition, &held);
    }
    let complaints = ledger.complaints();
    assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
    refused
}

#[test]
fn one_broken_partition_stops_no_other_and_loses_nothing_acked() {
    let refused = Seeds::of("broken::one_broken_partition", 40).run(|seed| tell(seed, None).0);
    let count = refused.iter().filter(|refused| **refused).count();
    assert!(count * 2 > refused.len(), "{count} worlds met the fault");
}
