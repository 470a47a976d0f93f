//! A log from which retention takes everything: it goes on where it ended, whenever the power goes.

use std::collections::BTreeSet;
use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Node, Seeds, Site, World};

use crate::broker::{Life, spare};
use crate::ledger::Mark;
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "emptied";

/// Longer than the janitor takes to look around, and to do what is due.
const IDLE: Duration = Duration::from_millis(700);

/// Virtual time that the story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

/// Produces a record, as often as it takes; gives its offset.
async fn produce(broker: &Node, sequence: i32) -> i64 {
    let mark = Mark {
        partition: 0,
        producer: 1,
        sequence,
    };
    loop {
        if let Ok((0, offset)) = topic::produce_one(broker.address(PORT), TOPIC, mark).await {
            return offset;
        }
        clock::sleep(Duration::from_millis(20)).await;
    }
}

/// Tells the story, and panics when an offset is given twice.
pub fn tell(seed: u64, lie_to: Option<Site>) -> BTreeSet<Site> {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = lie_to);
    let story = clock::timeout(STORY_MAX, empty_and_cut(&world, &broker));
    world.run(story).expect("a broker that serves");
    broker.sync_sites()
}

async fn empty_and_cut(world: &World, broker: &Node) {
    let dice = world.dice();
    let forgetful = [
        ("retention.ms", "1".to_owned()),
        ("file.delete.delay.ms", "0".to_owned()),
    ];
    let mut life = Life::begin(broker, PORT, 1);
    let mut next = 0;
    for sequence in 0..6 {
        topic::create_patiently(broker.address(PORT), TOPIC, 1, &forgetful).await;
        let offset = produce(broker, sequence).await;
        assert!(offset >= next, "{offset} was given before {next}");
        next = offset + 1;
        // Somewhere on the way to an empty log, or behind it.
        let count = dice.between(1, 15);
        broker.plan(|faults| faults.cut_power_in = Some(count));
        let _idle = clock::timeout(IDLE, broker.downed()).await;
        spare(broker).await;
        broker.crash();
        broker.boot();
        life = Life::begin(broker, PORT, 1);
    }
    drop(life);
}

#[test]
fn an_emptied_log_goes_on_where_it_ended() {
    Seeds::of("emptied::an_emptied_log", 12).run(|seed| tell(seed, None));
}
