//! A small disk that fills up under load, again and again. While it is full everything is read,
//! topics come and go, and the broker is killed; when there is space again the writers go on by
//! themselves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tempfile::TempDir;

use crate::broker::{Broker, Recipe};
use crate::disk::{Disk, DiskKind};
use crate::load::{FILLING, KINDS, Kind, Load};
use crate::look;
use crate::options::Options;
use crate::register::{Entry, Register};
use crate::tally::Tally;
use crate::tool::run;

/// With nothing acknowledged for so long the disk is full.
const STILL: Duration = Duration::from_millis(1_200);

/// Longest wait for a disk to fill up, or for writers to go on.
const PATIENCE: Duration = Duration::from_secs(180);

/// Topics that forget nothing. They are written slowly, so that they do not fill the disk.
const STRICT: [&str; 2] = ["rolling", "one-record"];

struct Filling {
    dice: Rng,
    loads: Vec<Load>,
    register: Register,
    tally: Tally,
    made: u32,
    broker: Option<Broker>,
    recipe: Recipe,
    disk: Disk,
    dir: TempDir,
}

/// How a disk comes to be full, and has space again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By the broker's own load, until retention takes something.
    Retention,
    /// The same, until topics are deleted.
    Deletion,
    /// To the last block, by a file of somebody else, until that goes away.
    Stranger,
}

/// Fills the disk as often as is asked for, or until something is wrong.
pub fn tell(options: &Options) -> Result<Tally, String> {
    let mut filling = Filling::begin(options)?;
    while filling.tally.cuts < options.cuts && filling.tally.is_good() {
        let way = [Way::Retention, Way::Stranger, Way::Deletion][filling.tally.cuts as usize % 3];
        let begun = Instant::now();
        if let Err(words) = filling.round(way) {
            filling.tally.trouble(format!("{way:?}: {words}"));
        }
        filling.tally.cuts += 1;
        let acked = filling.tally.sum().acked;
        let took = begun.elapsed().as_secs();
        println!("{way:?} in {took} s: {acked} records were acknowledged");
    }
    filling.end()
}

impl Filling {
    fn begin(options: &Options) -> Result<Filling, String> {
        println!("repeat the plan with --seed {}", options.seed);
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut filling = Filling {
            dice: Rng::with_seed(options.seed),
            loads: Vec::new(),
            register: Register::default(),
            tally: Tally::default(),
            made: 0,
            broker: None,
            recipe: Recipe::new(&dir)?,
            disk: Disk::up(dir.path(), DiskKind::Small)?,
            dir,
        };
        filling.start()?;
        Ok(filling)
    }

    fn end(mut self) -> Result<Tally, String> {
        self.loads.clear();
        if !self.tally.is_good() {
            self.dir.disable_cleanup(true);
            println!("everything is kept in {}", self.dir.path().display());
        }
        Ok(std::mem::take(&mut self.tally))
    }

    fn start(&mut self) -> Result<(), String> {
        self.broker = None;
        let broker = self.recipe.begin(&self.disk.mount().join("data"))?;
        if !broker.is_ready() {
            let words = self.recipe.last_words();
            return Err(format!("the broker does not start:\n{words}"));
        }
        self.broker = Some(broker);
        Ok(())
    }

    /// From space to space.
    fn round(&mut self, way: Way) -> Result<(), String> {
        self.populate()?;
        match way {
            Way::Stranger => {
                thread::sleep(Duration::from_millis(self.dice.u64(200..1_500)));
                self.come_stranger()?;
            }
            Way::Retention | Way::Deletion => self.until_still()?,
        }
        self.look();
        if way != Way::Stranger {
            self.make_and_delete()?;
        }
        // Where not a block is left a broker does not start, and says so.
        if way != Way::Stranger && self.dice.bool() {
            self.broker.iter_mut().for_each(Broker::kill);
            self.start()?;
            self.look();
        }
        let before = self.acked();
        match way {
            Way::Retention => self.retain()?,
            Way::Deletion => self.delete()?,
            Way::Stranger => {
                std::fs::remove_file(self.stranger()).map_err(told)?;
                // The broker may have filled the rest by itself.
                self.retain()?;
            }
        }
        self.until_moving(&before)?;
        self.look();
        let is_up = self.broker.as_mut().is_some_and(Broker::is_up);
        if is_up {
            Ok(())
        } else {
            Err("the broker is gone".into())
        }
    }

    /// Sees to it that all loads are there and written to.
    fn populate(&mut self) -> Result<(), String> {
        let strict = KINDS.iter().filter(|kind| STRICT.contains(&kind.name));
        for kind in strict.chain([&FILLING]) {
            if !self.loads.iter().any(|load| load.kind.name == kind.name) {
                self.add(kind)?;
            }
        }
        for load in &mut self.loads {
            if !load.is_written() {
                load.begin(&self.recipe.address)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, kind: &'static Kind) -> Result<(), String> {
        self.made += 1;
        let name = format!("{}-{}", kind.name, self.made);
        let load = Load::new(kind, self.dir.path(), (name, self.made));
        let address = &self.recipe.address;
        self.register.create(address, &load.topic, load.entry())?;
        self.loads.push(load);
        Ok(())
    }

    /// Where somebody else has a file.
    fn stranger(&self) -> PathBuf {
        self.disk.mount().join("stranger")
    }

    /// Writes until not a block is left.
    fn come_stranger(&self) -> Result<(), String> {
        for block in ["bs=1M", "bs=4K"] {
            let mut command = Command::new("dd");
            command.args(["if=/dev/zero", "oflag=append", "conv=notrunc", block]);
            command.arg(format!("of={}", self.stranger().display()));
            // It ends with an error: there is no space left.
            let _full = run(&mut command);
        }
        Ok(())
    }

    /// Records acknowledged so far, by load.
    fn acked(&self) -> BTreeMap<String, u64> {
        let loads = self.loads.iter();
        loads.map(|load| (load.key.clone(), load.acked())).collect()
    }

    /// Waits until nothing is acknowledged any more.
    fn until_still(&self) -> Result<(), String> {
        let begun = Instant::now();
        let (mut last, mut since) = (self.acked(), Instant::now());
        while since.elapsed() < STILL {
            if begun.elapsed() > PATIENCE {
                return Err("the disk does not fill up".into());
            }
            thread::sleep(Duration::from_millis(100));
            let now = self.acked();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Waits until every writer is acknowledged something more than before, all by itself.
    fn until_moving(&self, before: &BTreeMap<String, u64>) -> Result<(), String> {
        let begun = Instant::now();
        while self
            .acked()
            .iter()
            .any(|(load, acked)| before.get(load) >= Some(acked))
        {
            if begun.elapsed() > PATIENCE {
                let (now, said) = (self.acked(), self.recipe.last_words());
                return Err(format!("writers do not go on: {before:?} {now:?}\n{said}"));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Topics come and go while the disk is full.
    fn make_and_delete(&mut self) -> Result<(), String> {
        self.made += 1;
        let name = format!("idle-{}", self.made);
        let entry = Entry {
            partitions: 3,
            ..Entry::default()
        };
        let address = &self.recipe.address;
        self.register.create(address, &name, entry)?;
        if self.dice.bool() {
            run(&mut Register::deletion(address, &name))?;
            self.register.deleted(&name);
        }
        Ok(())
    }

    /// Lets the large topic forget what is old, for a while.
    fn retain(&mut self) -> Result<(), String> {
        let large = self
            .loads
            .iter()
            .find(|load| load.kind.name == FILLING.name);
        let topic = large.ok_or("no large topic")?.topic.clone();
        let address = &self.recipe.address;
        for bytes in ["4000000", "-1"] {
            self.register
                .alter(address, &topic, "retention.bytes", bytes);
            thread::sleep(Duration::from_secs(2));
        }
        Ok(())
    }

    /// Deletes all topics but one of those that are written slowly.
    fn delete(&mut self) -> Result<(), String> {
        let slow = |load: &Load| load.kind.name != FILLING.name;
        self.dice.shuffle(&mut self.loads);
        let spared = self.loads.iter().position(slow).ok_or("no slow topic")?;
        let spared = self.loads.swap_remove(spared);
        for mut load in std::mem::replace(&mut self.loads, vec![spared]) {
            load.stop();
            run(&mut Register::deletion(&self.recipe.address, &load.topic))?;
            self.register.deleted(&load.topic);
        }
        Ok(())
    }

    fn look(&mut self) {
        let Filling {
            recipe,
            register,
            loads,
            tally,
            ..
        } = self;
        look::at_everything(&recipe.address, register, loads, tally);
    }
}

fn told(error: std::io::Error) -> String {
    error.to_string()
}
