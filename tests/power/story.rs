use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use tempfile::TempDir;

use crate::broker::{Broker, Recipe};
use crate::chores::Chores;
use crate::disk::{Disk, DiskKind};
use crate::load::{KINDS, Load};
use crate::look;
use crate::options::{Harm, Options};
use crate::register::Register;
use crate::tally::Tally;

/// Writers at a time: more would starve the broker of its two cores.
const WRITERS_MAX: usize = 3;

/// Lives after which a topic is deleted, so that reading back stays short.
const AGE_MAX: u32 = 6;

/// Everything there is in one run.
struct Story<'a> {
    options: &'a Options,
    dice: Rng,
    broker: Option<Broker>,
    loads: Vec<Load>,
    register: Register,
    tally: Tally,
    /// Numbers data directories, topics and ledgers.
    made: u32,
    data: PathBuf,
    recipe: Recipe,
    disk: Disk,
    dir: TempDir,
}

/// Harms a broker as often as is asked for, or until something is wrong.
pub fn tell(options: &Options) -> Result<Tally, String> {
    let mut story = Story::begin(options)?;
    while story.tally.cuts < options.cuts {
        story.live()?;
        if story.tally.cuts % 10 < 2 {
            let (cuts, acked) = (story.tally.cuts, story.tally.sum().acked);
            println!(
                "{cuts} of {}: {acked} records were acknowledged",
                options.cuts
            );
        }
        if story.is_enough() {
            break;
        }
    }
    story.end()
}

impl Story<'_> {
    fn begin(options: &Options) -> Result<Story<'_>, String> {
        println!("repeat the plan with --seed {}", options.seed);
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let kind = match (options.cuts_power(), options.control) {
            (false, _) => DiskKind::Any,
            (true, false) => DiskKind::Cut,
            (true, true) => DiskKind::CutAndLying,
        };
        let disk = Disk::up(dir.path(), kind)?;
        let recipe = Recipe::new(&dir)?;
        let mut story = Story {
            options,
            dice: Rng::with_seed(options.seed),
            broker: None,
            loads: Vec::new(),
            register: Register::default(),
            tally: Tally::default(),
            made: 0,
            data: disk.mount().join("data"),
            recipe,
            disk,
            dir,
        };
        story.start();
        Ok(story)
    }

    /// Ends in order; what was wrong keeps its files.
    fn end(mut self) -> Result<Tally, String> {
        self.loads.clear();
        if self.tally.is_good() {
            self.options.cuts_power().then(|| self.broker.take());
        } else {
            self.dir.disable_cleanup(true);
            println!("everything is kept in {}", self.dir.path().display());
        }
        Ok(std::mem::take(&mut self.tally))
    }

    /// Whether there is nothing more to find out. On a disk that never flushes nothing is left, so
    /// that each life starts with nothing.
    fn is_enough(&mut self) -> bool {
        if !self.options.control {
            return !self.tally.is_good();
        }
        self.loads.clear();
        self.register.clear();
        self.tally.sum().lost > 0
    }

    /// From one look at everything to the next.
    fn live(&mut self) -> Result<(), String> {
        if self.dice.u32(..100) < 12 && self.options.cuts_power() {
            self.start_anew()?;
        }
        self.populate();
        self.write()?;
        let chores = self.plan_chores();
        let chores = chores.begin(self.recipe.address.clone());
        self.meddle();
        // Short lives are more frequent than long ones, and none is longer than this.
        let span = self.dice.f64().powi(2) * 1.6;
        thread::sleep(Duration::from_secs_f64(span));
        self.suffer()?;
        chores.end(&mut self.register, &mut self.tally);
        if self.broker.is_some() {
            self.look();
        }
        Ok(())
    }

    /// A directory in which no broker was before, and a cut within its first moments.
    fn start_anew(&mut self) -> Result<(), String> {
        self.loads.clear();
        self.register.clear();
        self.broker = None;
        let old = std::mem::replace(&mut self.data, self.disk.mount());
        std::fs::remove_dir_all(old).map_err(|error| error.to_string())?;
        self.made += 1;
        self.data.push(format!("data-{}", self.made));
        if self.dice.bool() && self.tally.cuts + 1 < self.options.cuts {
            self.broker = Some(self.recipe.begin(&self.data)?);
            self.pause(Duration::from_millis(500));
            self.strike()?;
        }
        self.start();
        Ok(())
    }

    /// Sees to it that most kinds of topics are there.
    fn populate(&mut self) {
        for kind in &KINDS {
            let is_there = self.loads.iter().any(|load| load.kind.name == kind.name);
            if is_there || self.dice.u32(..100) < 40 {
                continue;
            }
            self.made += 1;
            let name = format!("{}-{}", kind.name, self.made);
            let load = Load::new(kind, self.dir.path(), (name, self.made));
            let made = self
                .register
                .create(&self.recipe.address, &load.topic, load.entry());
            match made {
                Ok(()) => self.loads.push(load),
                Err(words) => self.tally.trouble(words),
            }
        }
    }

    fn write(&mut self) -> Result<(), String> {
        self.dice.shuffle(&mut self.loads);
        let mut writing = 0;
        for load in &mut self.loads {
            load.age += 1;
            if writing < WRITERS_MAX && !load.is_written() {
                load.begin(&self.recipe.address)?;
            }
            writing += usize::from(load.is_written());
        }
        Ok(())
    }

    /// Topics to be made and deleted while the broker lives and dies.
    fn plan_chores(&mut self) -> Chores {
        let mut chores = Chores::default();
        for at in (0..self.loads.len()).rev() {
            if self.loads[at].age <= AGE_MAX && self.dice.u32(..100) >= 6 {
                continue;
            }
            let old = self.loads.swap_remove(at);
            chores.delete(&old.topic);
            if self.dice.bool() {
                self.made += 1;
                let load = Load::new(old.kind, self.dir.path(), (old.topic.clone(), self.made));
                chores.create(&load.topic, load.entry());
                self.loads.push(load);
            }
        }
        if self.dice.u32(..100) < 30 {
            for _ in 0..self.dice.u32(1..6) {
                self.made += 1;
                let mut entry = KINDS[self.dice.usize(..KINDS.len())].entry();
                entry.partitions = self.dice.u32(1..20);
                chores.create(&format!("idle-{}", self.made), entry);
            }
        }
        chores
    }

    /// DeleteRecords, and a setting that changes.
    fn meddle(&mut self) {
        let Story {
            dice,
            loads,
            register,
            recipe,
            ..
        } = self;
        for load in loads.iter_mut().filter(|load| load.kind.is_trimmed) {
            if dice.u32(..100) < 50 {
                let offset = dice.u64(..load.acked() / 2 + 1);
                load.trim(&recipe.address, dice.u32(..2), offset);
            }
        }
        if let Some(load) = dice.choice(loads.iter_mut())
            && dice.u32(..100) < 20
        {
            let value = dice.u64(86_400_000..864_000_000).to_string();
            register.alter(&recipe.address, &load.topic, "delete.retention.ms", &value);
        }
    }

    /// The harm, and what follows until the broker serves again.
    fn suffer(&mut self) -> Result<(), String> {
        for load in &mut self.loads {
            // One that lives on must have said by now which run it is.
            if self.dice.u32(..100) < 60 || !load.is_heard() {
                load.stop();
            }
        }
        let harm = self
            .dice
            .choice(&self.options.harm)
            .copied()
            .unwrap_or(Harm::Kill);
        match harm {
            Harm::Restart => {
                let broker = self.broker.as_mut().expect("a broker");
                broker.signal("TERM");
                if let Err(words) = broker.end() {
                    self.tally.trouble(words);
                }
                self.tally.cuts += 1;
            }
            Harm::Pause => {
                let broker = self.broker.as_ref().expect("a broker");
                broker.signal("STOP");
                thread::sleep(self.options.pause());
                broker.signal("CONT");
                self.tally.cuts += 1;
                return Ok(());
            }
            Harm::Power | Harm::Kill | Harm::Full | Harm::Soak => {
                if self.dice.u32(..100) < 15 {
                    // In the middle of a clean stop, or right behind it.
                    self.broker.as_ref().expect("a broker").signal("TERM");
                    self.pause(Duration::from_millis(250));
                }
                self.strike()?;
                // Again while it recovers.
                while self.tally.cuts < self.options.cuts && self.dice.u32(..100) < 30 {
                    self.broker = Some(self.recipe.begin(&self.data)?);
                    self.pause(Duration::from_millis(450));
                    self.strike()?;
                }
            }
        }
        self.start();
        Ok(())
    }

    /// The power goes, or the broker alone; then the power is back.
    fn strike(&mut self) -> Result<(), String> {
        let cuts_power = self.options.cuts_power();
        if self.dice.bool() || !cuts_power {
            self.broker.iter_mut().for_each(Broker::kill);
        }
        if cuts_power {
            self.disk.cut()?;
        }
        self.broker = None;
        self.tally.cuts += 1;
        self.disk.back()
    }

    /// A start without any help.
    fn start(&mut self) {
        match self.recipe.begin(&self.data) {
            Ok(broker) if broker.is_ready() => self.broker = Some(broker),
            Ok(_) => {
                let words = self.recipe.last_words();
                self.tally
                    .trouble(format!("the broker does not start:\n{words}"));
            }
            Err(words) => self.tally.trouble(words),
        }
    }

    fn pause(&mut self, longest: Duration) {
        thread::sleep(longest.mul_f64(self.dice.f64()));
    }

    fn look(&mut self) {
        let Story {
            recipe,
            register,
            loads,
            tally,
            ..
        } = self;
        look::at_everything(&recipe.address, register, loads, tally);
    }
}
