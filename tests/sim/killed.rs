//! A record that a killed process had written and not synced: once a broker has shown it, it stays.

use std::collections::BTreeSet;
use std::time::Duration;

use corelane::io::sim::{Dice, Node, Seeds, Site, SlowSync, World};
use corelane::io::{clock, task};

use crate::broker::Life;
use crate::consumer::read_patiently;
use crate::ledger::Mark;
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "killed";

/// Records whose batches are whole blocks, so that recovery finds nothing to cut behind them: a cut
/// syncs the file too.
const WHOLE_BLOCKS: [i32; 2] = [162_882, 157_539];

/// Virtual time that the story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

/// Longer than the story.
const NEVER: Duration = Duration::from_secs(600);

async fn produce(broker: &Node, sequence: i32) -> std::io::Result<(i16, i64)> {
    let mark = Mark {
        partition: 0,
        producer: 1,
        sequence,
    };
    topic::produce_one(broker.address(PORT), TOPIC, mark).await
}

/// Tells the story, and panics when a record that was shown is gone.
pub fn tell(seed: u64, lie_to: Option<Site>) -> BTreeSet<Site> {
    let world = World::new(seed);
    let broker = world.node("broker");
    broker.plan(|faults| faults.lie_to = lie_to);
    let story = clock::timeout(STORY_MAX, kill_and_cut(&broker, world.dice()));
    world.run(story).expect("a broker that serves");
    broker.sync_sites()
}

async fn kill_and_cut(broker: &Node, dice: &Dice) {
    let first = Life::begin(broker, PORT, 1);
    topic::create_patiently(broker.address(PORT), TOPIC, 1, &[]).await;
    produce(broker, WHOLE_BLOCKS[0])
        .await
        .expect("a broker that is up");
    let slow = SlowSync {
        percent: 100,
        delay: NEVER,
    };
    broker.plan(|faults| faults.slow_sync = Some(slow));
    let late = broker.clone();
    let unanswered = task::spawn(async move { produce(&late, WHOLE_BLOCKS[1]).await });
    clock::sleep(dice.span(Duration::ZERO, Duration::from_millis(40))).await;
    broker.kill();
    drop((first, unanswered));
    broker.plan(|faults| faults.slow_sync = None);
    broker.boot();
    let second = Life::begin(broker, PORT, 1);
    let shown = read_patiently(broker.address(PORT), TOPIC, 0).await.records;
    broker.crash();
    drop(second);
    broker.boot();
    let third = Life::begin(broker, PORT, 1);
    assert_eq!(
        read_patiently(broker.address(PORT), TOPIC, 0).await.records,
        shown
    );
    drop(third);
}

#[test]
fn what_was_shown_after_a_kill_survives_a_power_cut() {
    Seeds::of("killed::what_was_shown", 50).run(|seed| tell(seed, None));
}
