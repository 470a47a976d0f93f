//! One story of a broker: producers, readers, deaths of every kind, and the count at the end.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Dice, Node, Site, SlowSync, World};
use corelane::io::{clock, random, task};
use corelane::records::Codec;

use crate::broker::Life;
use crate::consumer::{Held, follow, read_whole};
use crate::ledger::{Complaint, Ledger};
use crate::producer::{Producer, Task};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "orders";

/// How batches are compressed where a story says so.
const CODECS: [Codec; 5] = [
    Codec::None,
    Codec::Gzip,
    Codec::Snappy,
    Codec::Lz4,
    Codec::Zstd,
];

/// Virtual time that a clean stop may take.
const STOP_MAX: Duration = Duration::from_secs(20);

/// Virtual time in which a broker that is whole again must serve all that is asked of it.
const RECOVERY_MAX: Duration = Duration::from_secs(60);

/// What happens in a story besides records that are produced while the broker dies.
#[derive(Clone, Copy, Default)]
pub struct Plot {
    /// Syncs say that they are done and do nothing.
    pub syncs_disabled: bool,
    /// The same, for one place in the code.
    pub lie_to: Option<Site>,
    /// Retention and DeleteRecords take the oldest records away, and batches are compressed.
    pub trims: bool,
}

/// One run of the scenario.
pub struct Story {
    pub world: World,
    pub broker: Node,
    ledger: Rc<Ledger>,
    partitions: i32,
    configs: Vec<(&'static str, String)>,
    life: RefCell<Option<Life>>,
    plot: Plot,
}

/// How one life of the broker ends.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// The power goes during the N-th disk operation.
    CutAtOperation(u64),
    CutAfter(Duration),
    KillAfter(Duration),
    /// The N-th sync fails; some time later the power goes.
    SyncFails(Duration, u64),
    WriteFails(Duration, u64),
    /// Hardly any room is left for some time; then there is room, and then the power goes.
    DiskFull(Duration),
    /// The process is asked to end, and then the power goes.
    StopAfter(Duration),
    /// The power goes during the N-th disk operation of a clean stop, if there are so many.
    CutInStop(Duration, u64),
}

impl Story {
    pub fn new(seed: u64, plot: Plot) -> Story {
        let world = World::new(seed);
        let broker = world.node("broker");
        let dice = world.dice();
        let partitions = dice.between(2, 4) as i32;
        let mut configs = short_segments(dice);
        if plot.trims {
            configs.extend(short_memory(dice));
        }
        if dice.percent(30) {
            let slow = SlowSync {
                percent: 10,
                delay: Duration::from_millis(50),
            };
            broker.plan(|faults| faults.slow_sync = Some(slow));
        }
        if dice.percent(20) {
            world.plan_net(|faults| faults.resets_per_mille = 5);
        }
        broker.plan(|faults| {
            faults.syncs_disabled = plot.syncs_disabled;
            faults.lie_to = plot.lie_to;
        });
        let ledger = Rc::default();
        let life = RefCell::default();
        Story {
            world,
            broker,
            ledger,
            partitions,
            configs,
            life,
            plot,
        }
    }

    /// Tells the whole story; says what was wrong, and how many promises were kept.
    pub fn tell(&self) -> (Vec<Complaint>, usize) {
        self.world.run(async {
            self.start();
            let ended = clock::timeout(self.patience(), self.live_and_die()).await;
            if ended.is_err() {
                self.ledger.complain("producers do not get their acks");
            } else if let Err(error) = self.audit().await {
                self.ledger.complain(format!("the audit fails: {error}"));
            }
        });
        (self.ledger.complaints(), self.ledger.promises())
    }

    /// A broker that has lost its topic never answers: no need to wait long to know.
    fn patience(&self) -> Duration {
        if self.plot.syncs_disabled {
            RECOVERY_MAX / 20
        } else {
            RECOVERY_MAX
        }
    }

    fn is_lied_to(&self) -> bool {
        self.plot.syncs_disabled || self.plot.lie_to.is_some()
    }

    fn start(&self) {
        let shards = 1 + self.world.dice().below(3) as usize;
        self.life
            .replace(Some(Life::begin(&self.broker, PORT, shards)));
    }

    async fn live_and_die(&self) {
        let producers: Vec<task::Task<()>> = (0..2).map(|number| self.produce(number)).collect();
        let address = self.broker.address(PORT);
        let reader = follow(address, TOPIC.into(), self.partitions, self.ledger.clone());
        let reader = task::spawn(reader);
        let trimmer = self.plot.trims.then(|| self.trim());
        let lives = self.world.dice().between(1, 4);
        for _ in 0..lives {
            self.suffer().await;
            clock::sleep(Duration::from_millis(self.world.dice().below(300))).await;
            self.broker.boot();
            self.start();
        }
        for producer in producers {
            producer.await;
        }
        drop((reader, trimmer));
    }

    fn produce(&self, number: u32) -> task::Task<()> {
        let work = Task {
            number,
            broker: self.broker.address(PORT),
            topic: TOPIC.into(),
            partitions: self.partitions,
            batches: 12,
            codecs: if self.plot.trims {
                &CODECS
            } else {
                &[Codec::None]
            },
            ledger: self.ledger.clone(),
        };
        let configs = self.configs.clone();
        task::spawn(async move {
            topic::create_patiently(work.broker, &work.topic, work.partitions, &configs).await;
            Producer::new(work).run().await;
        })
    }

    /// Asks now and then that the log of a partition start later.
    fn trim(&self) -> task::Task<()> {
        let (broker, partitions) = (self.broker.address(PORT), self.partitions);
        task::spawn(async move {
            loop {
                clock::sleep(Duration::from_millis(random::u64() % 200)).await;
                let partition = (random::u64() % partitions as u64) as i32;
                let to = (random::u64() % 40) as i64 - 1;
                // Past the end, or nobody there: both are answers.
                let _answer = topic::trim(broker, TOPIC, partition, to).await;
            }
        })
    }

    /// What ends the next life, by the dice's choice.
    fn blow(&self) -> Blow {
        let dice = self.world.dice();
        let some_time = dice.span(Duration::from_micros(500), Duration::from_millis(150));
        match dice.below(10) {
            0..=2 => Blow::CutAtOperation(dice.between(1, 150)),
            3 => Blow::CutAfter(some_time),
            4 => Blow::KillAfter(some_time),
            5 => Blow::SyncFails(some_time, dice.between(1, 60)),
            6 => Blow::WriteFails(some_time, dice.between(1, 60)),
            7 => Blow::DiskFull(some_time),
            8 => Blow::StopAfter(some_time),
            _ => Blow::CutInStop(some_time, dice.between(1, 60)),
        }
    }

    /// Lives until something ends it.
    async fn suffer(&self) {
        let dice = self.world.dice();
        let blow = self.blow();
        tracing::info!(now = ?clock::now(), ?blow, "the next life");
        if self.plot.lie_to.is_some() && dice.percent(60) {
            let count = dice.between(1, 12);
            self.broker
                .plan(|faults| faults.cut_after_lie = Some(count));
        }
        match blow {
            Blow::CutAtOperation(count) => {
                self.broker.plan(|faults| faults.cut_power_in = Some(count));
                let patience = Duration::from_secs(2);
                let _idle = clock::timeout(patience, self.broker.downed()).await;
            }
            Blow::CutAfter(time) => clock::sleep(time).await,
            Blow::KillAfter(time) => {
                clock::sleep(time).await;
                self.broker.kill();
            }
            Blow::StopAfter(time) => {
                clock::sleep(time).await;
                self.stop_cleanly().await;
            }
            Blow::CutInStop(time, count) => {
                clock::sleep(time).await;
                self.broker.plan(|faults| faults.cut_power_in = Some(count));
                self.stop_cleanly().await;
            }
            Blow::SyncFails(time, count) => {
                self.broker.plan(|faults| faults.fail_sync_in = Some(count));
                clock::sleep(time * 2).await;
            }
            Blow::WriteFails(time, count) => {
                self.broker
                    .plan(|faults| faults.fail_write_in = Some(count));
                clock::sleep(time * 2).await;
            }
            Blow::DiskFull(time) => {
                let left = dice.below(60_000);
                let capacity = self.broker.disk_used() + left;
                self.broker.plan(|faults| faults.capacity = Some(capacity));
                clock::sleep(time).await;
                self.broker.plan(|faults| faults.capacity = None);
                clock::sleep(time).await;
            }
        }
        self.broker.crash();
        self.heal();
    }

    async fn stop_cleanly(&self) {
        let life = self.life.take().expect("a life to end");
        match clock::timeout(STOP_MAX, life.stop()).await {
            Ok(Some(Ok(()))) => {}
            Ok(None) if !self.broker.is_up() => {}
            Ok(outcome) => self
                .ledger
                .complain(format!("a clean stop ends with {outcome:?}")),
            Err(_) => self.ledger.complain("a clean stop does not end"),
        }
    }

    /// What is planned for one life does not follow into the next.
    fn heal(&self) {
        self.broker.plan(|faults| {
            faults.fail_sync_in = None;
            faults.fail_write_in = None;
            (faults.cut_power_in, faults.cut_after_lie) = (None, None);
        });
    }

    /// One last death, of a broker that everybody believes, and then the count.
    async fn audit(&self) -> io::Result<()> {
        if self.world.dice().percent(20) && !self.is_lied_to() {
            self.broker.kill();
        } else {
            self.broker.crash();
        }
        self.broker.boot();
        self.start();
        for partition in 0..self.partitions {
            let held = self.read_patiently(partition).await?;
            if held.start > 0 && !self.plot.trims {
                let start = held.start;
                self.ledger
                    .complain(format!("partition {partition} starts at {start}"));
            }
            self.ledger.audit(partition, &held);
        }
        Ok(())
    }

    async fn read_patiently(&self, partition: i32) -> io::Result<Held> {
        let deadline = clock::now().plus(self.patience());
        loop {
            match read_whole(self.broker.address(PORT), TOPIC, partition).await {
                Err(_) if clock::now() < deadline => clock::sleep(Duration::from_millis(50)).await,
                outcome => return outcome,
            }
        }
    }
}

/// Segments close by age or by a full index: `segment.bytes` cannot be as small as this story.
fn short_segments(dice: &Dice) -> Vec<(&'static str, String)> {
    vec![
        ("segment.ms", dice.between(20, 2_000).to_string()),
        ("segment.index.bytes", dice.between(24, 400).to_string()),
        ("index.interval.bytes", dice.between(500, 9_000).to_string()),
    ]
}

/// Records go soon after they came, by age or by size, and their files soon after them.
fn short_memory(dice: &Dice) -> Vec<(&'static str, String)> {
    let by_age = dice.percent(60);
    let (age, size) = if by_age {
        (dice.between(1, 2_000) as i64, -1)
    } else {
        (-1, dice.below(60_000) as i64)
    };
    vec![
        ("retention.ms", age.to_string()),
        ("retention.bytes", size.to_string()),
        ("file.delete.delay.ms", dice.below(1_000).to_string()),
    ]
}
