//! A topic that is deleted while it is written to, and made again.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Node, Seeds, Site, World};
use corelane::model::ErrorCode;
use futures_util::future::join;

use crate::broker::{Life, spare};
use crate::consumer::read_patiently;
use crate::ledger::Mark;
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "doomed";

fn mark(generation: u32, sequence: i32) -> Mark {
    Mark {
        partition: 0,
        producer: generation,
        sequence,
    }
}

/// Produces until the topic is gone, or the machine, or enough is there; gives how far it came.
async fn produce(broker: &Node, generation: u32, wanted: Range<i32>) -> i32 {
    let enough = wanted.end;
    for sequence in wanted {
        let record = mark(generation, sequence);
        let Ok((code, offset)) = topic::produce_one(broker.address(PORT), TOPIC, record).await
        else {
            return sequence;
        };
        if code != 0 {
            let code = ErrorCode::from_code(code).expect("a code that Kafka has");
            assert!(code.is_retriable(), "{code:?}");
            return sequence;
        }
        assert_eq!(offset, i64::from(sequence), "the topic is new");
    }
    enough
}

/// Deletes the topic, however often the machine dies meanwhile.
async fn delete(broker: &Node, life: &mut Life) {
    loop {
        match topic::delete(broker.address(PORT), TOPIC)
            .await
            .map(ErrorCode::from_code)
        {
            Ok(Some(ErrorCode::None | ErrorCode::UnknownTopicOrPartition)) => return,
            _ => clock::sleep(Duration::from_millis(20)).await,
        }
        if !broker.is_up() {
            broker.boot();
            *life = Life::begin(broker, PORT, 2);
        }
    }
}

/// Has the first records of a topic written and deleted.
async fn trim(broker: &Node, generation: u32, start: i32) {
    assert_eq!(produce(broker, generation, 0..start).await, start);
    let trimmed = topic::trim(broker.address(PORT), TOPIC, 0, start.into()).await;
    assert_eq!(trimmed.expect("nobody is in the way"), 0);
}

/// Virtual time that the story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

/// Tells the story, and panics when it goes wrong. Gives everybody who asked for a sync.
pub fn tell(seed: u64, lie_to: Option<Site>) -> BTreeSet<Site> {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = lie_to);
    let story = clock::timeout(STORY_MAX, make_and_delete(&world, &broker));
    world.run(story).expect("a broker that serves");
    broker.sync_sites()
}

async fn make_and_delete(world: &World, broker: &Node) {
    let (seed, dice) = (world.seed(), world.dice());
    let mut life = Life::begin(broker, PORT, 2);
    let configs = [("file.delete.delay.ms", dice.below(500).to_string())];
    for generation in 0..4 {
        topic::create_patiently(broker.address(PORT), TOPIC, 1, &configs).await;
        let mut first = 0;
        if dice.percent(40) {
            first = if dice.percent(50) { 1 } else { 4 };
            trim(broker, generation, first).await;
            // The next boot writes down where the log starts.
            broker.crash();
            broker.boot();
            life = Life::begin(broker, PORT, 2);
        }
        if dice.percent(60) {
            let count = dice.between(1, 80);
            broker.plan(|faults| faults.cut_power_in = Some(count));
        }
        let doom = async {
            clock::sleep(Duration::from_micros(dice.below(20_000))).await;
            delete(broker, &mut life).await;
        };
        join(produce(broker, generation, first..i32::MAX), doom).await;
        spare(broker).await;
        if !broker.is_up() || dice.percent(30) {
            broker.crash();
            broker.boot();
            life = Life::begin(broker, PORT, 2);
        }
    }
    topic::create_patiently(broker.address(PORT), TOPIC, 1, &configs).await;
    assert_eq!(produce(broker, 9, 0..5).await, 5);
    broker.crash();
    broker.boot();
    life = Life::begin(broker, PORT, 2);
    let held = read_patiently(broker.address(PORT), TOPIC, 0).await;
    let expected: Vec<_> = (0..5).map(|n| (i64::from(n), mark(9, n))).collect();
    assert_eq!((held.start, held.records), (0, expected), "seed {seed}");
    drop(life);
}

#[test]
fn topic_made_again_holds_nothing_of_the_one_before() {
    Seeds::of("doomed::topic_made_again", 20).run(|seed| tell(seed, None));
}
