//! The long story of a topic whose acks come before the sync (`flush.messages` above 1).
//!
//! A kill and a clean stop lose nothing. A power cut may take the end of a log, and nothing else:
//! less than `flush.messages` records, and none that was acked `flush.ms` and one flush ago.
//! Segments that close are synced first, so that what is left has no gaps.

use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Node, Seeds, Site, World};
use corelane::io::{clock, task};
use corelane::model::Instant;
use corelane::records::Codec;

use crate::broker::{Life, spare};
use crate::consumer::{follow, read_patiently};
use crate::ledger::{Complaint, Ledger, Mark};
use crate::producer::{Producer, Task};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "relaxed";
const PARTITIONS: i32 = 2;

/// What a flush itself may take on a disk that is not slow.
const DISK: Duration = Duration::from_millis(200);

/// Virtual time that a whole story may take.
const STORY_MAX: Duration = Duration::from_secs(300);

pub struct Story {
    world: World,
    pub broker: Node,
    ledger: Rc<Ledger>,
    flush_messages: u64,
    flush: Duration,
}

impl Story {
    /// The disk lies to one place in the code, if so wanted.
    pub fn new(seed: u64, lie_to: Option<Site>) -> Story {
        let world = World::new(seed);
        let broker = world.node("broker");
        broker.plan(|faults| faults.lie_to = lie_to);
        let flush_messages = world.dice().between(2, 30);
        let flush = Duration::from_millis(world.dice().between(1, 1_500));
        Story {
            world,
            broker,
            ledger: Rc::default(),
            flush_messages,
            flush,
        }
    }

    pub fn tell(&self) -> Vec<Complaint> {
        let story = clock::timeout(STORY_MAX, self.live_and_die());
        if self.world.run(story).is_err() {
            self.ledger.complain("the broker does not serve");
        }
        self.ledger.complaints()
    }

    async fn live_and_die(&self) {
        let mut life = Life::begin(&self.broker, PORT, 2);
        for number in 0..3 {
            topic::create_patiently(
                self.broker.address(PORT),
                TOPIC,
                PARTITIONS,
                &self.configs(),
            )
            .await;
            let writers = [2 * number, 2 * number + 1].map(|number| self.produce(number));
            let reader = task::spawn(follow(
                self.broker.address(PORT),
                TOPIC.into(),
                PARTITIONS,
                self.ledger.clone(),
            ));
            let may_lose = self.die(life, number).await;
            let died = clock::now();
            drop((writers, reader));
            self.broker.boot();
            life = Life::begin(&self.broker, PORT, 2);
            self.audit(may_lose, died).await;
        }
        drop(life);
    }

    fn configs(&self) -> Vec<(&'static str, String)> {
        let dice = self.world.dice();
        vec![
            ("flush.messages", self.flush_messages.to_string()),
            ("flush.ms", self.flush.as_millis().to_string()),
            ("segment.ms", dice.between(5, 500).to_string()),
            ("file.delete.delay.ms", "0".to_owned()),
            ("retention.ms", self.retention_ms().to_string()),
        ]
    }

    /// Every third story forgets its records so soon that some go before they are synced.
    fn retention_ms(&self) -> i64 {
        if self.world.seed().is_multiple_of(3) {
            1
        } else {
            -1
        }
    }

    fn produce(&self, number: u32) -> task::Task<()> {
        let work = Task {
            number,
            broker: self.broker.address(PORT),
            topic: TOPIC.into(),
            partitions: PARTITIONS,
            batches: 30,
            codecs: &[Codec::None],
            ledger: self.ledger.clone(),
        };
        task::spawn(Producer::new(work).run())
    }

    /// Lives for a while, and ends; says how many acked records a partition may have lost.
    async fn die(&self, life: Life, number: u32) -> usize {
        let dice = self.world.dice();
        let time = dice.span(Duration::from_millis(1), Duration::from_millis(900));
        match dice.below(6) {
            0 => {
                clock::sleep(time).await;
                self.see_life(number).await;
                self.broker.kill();
                return 0;
            }
            1 => {
                clock::sleep(time).await;
                self.see_life(number).await;
                let ended = life.stop().await;
                assert!(matches!(ended, Some(Ok(()))), "a clean stop");
                self.broker.crash();
                return 0;
            }
            2..=3 => {
                let count = dice.between(1, 200);
                self.broker.plan(|faults| faults.cut_power_in = Some(count));
                let _idle = clock::timeout(time, self.broker.downed()).await;
                spare(&self.broker).await;
            }
            _ => {
                clock::sleep(time).await;
                self.see_life(number).await;
            }
        }
        self.broker.crash();
        self.flush_messages as usize - 1
    }

    /// A broker to whom nothing has happened takes a record.
    async fn see_life(&self, number: u32) {
        let mark = Mark {
            partition: 0,
            producer: 1_000 + number,
            sequence: 0,
        };
        match topic::produce_one(self.broker.address(PORT), TOPIC, mark).await {
            Ok((0, offset)) => self.ledger.promise(offset, mark),
            answer => self.ledger.complain(format!("produce gives {answer:?}")),
        }
    }

    async fn audit(&self, may_lose: usize, died: Instant) {
        let flushed = died
            .since(Instant::default())
            .saturating_sub(self.flush + DISK);
        let flushed = Instant::default().plus(flushed);
        for partition in 0..PARTITIONS {
            let held = read_patiently(self.broker.address(PORT), TOPIC, partition).await;
            self.ledger.forgive(partition, &held, may_lose, flushed);
            self.ledger.audit(partition, &held);
        }
    }
}

#[test]
fn power_cut_takes_no_more_than_was_not_synced() {
    Seeds::of("relaxed::power_cut_takes_no_more", 24).run(|seed| {
        let complaints = Story::new(seed, None).tell();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
    });
}
