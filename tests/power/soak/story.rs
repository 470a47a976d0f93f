use std::process::{ExitCode, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::beside::{Beside, figures, perf};
use super::gauge::{Gauge, space};
use super::verdict::{Soaked, Window};
use crate::broker::{Broker, Recipe};
use crate::disk::{Disk, DiskKind};
use crate::options::Options;
use crate::register::Entry;
use crate::tool::{ours, run};

/// The measured run is cut into so many.
const WINDOWS: u64 = 6;

/// Seconds at the front of each run of `corelane perf` that are not counted.
const WARMUP: u64 = 2;

/// Seconds in which the limit has surely been found.
const SEARCH: u64 = 80;

/// The limit is the highest rate that keeps this bound: where it breaks, requests pile up.
const BOUND: &str = "200ms";

/// Share of the disk that topics shall take in the long run.
const FILL: f64 = 0.88;

/// What the journal and the topics beside the large one take, bytes.
const OTHERS: u64 = 450 << 20;

/// Space comes back soon, and the journal leaves a small disk most of its own.
const OPTIONS: &[&str] = &[
    "--shards=1",
    "--set=log.retention.check.interval.ms=200",
    "--set=log.segment.delete.delay.ms=0",
    "--set=log.cleaner.backoff.ms=1000",
    "--set=auto.create.topics.enable=false",
];

/// As Kafka 4 lingers.
const LARGE: &str = "--topic large --partitions 8 --producers 4 --record-size 1KiB \
                     --batch-bytes 64KiB --linger 5ms";

struct Story<'a> {
    options: &'a Options,
    broker: Broker,
    recipe: Recipe,
    disk: Disk,
    dir: TempDir,
}

/// Prints the report; the code says whether all that is judged is good.
pub fn tell(options: &Options) -> ExitCode {
    let soaked = Story::begin(options).and_then(Story::tell);
    let judged = soaked.and_then(|soaked| {
        let (text, is_good) = soaked.report();
        println!("{text}");
        if let Some(path) = &options.report {
            std::fs::write(path, text).map_err(|error| error.to_string())?;
        }
        Ok(is_good)
    });
    match judged {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("soak: {words}");
            ExitCode::FAILURE
        }
    }
}

impl Story<'_> {
    fn begin(options: &Options) -> Result<Story<'_>, String> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let recipe = Recipe::on_first_core(&dir, OPTIONS)?;
        let disk = Disk::up(dir.path(), DiskKind::Gibibytes(options.disk))?;
        let broker = recipe.begin(&disk.mount().join("data"))?;
        if !broker.is_ready() {
            let words = recipe.last_words();
            return Err(format!("the broker does not start:\n{words}"));
        }
        Ok(Story {
            options,
            broker,
            recipe,
            disk,
            dir,
        })
    }

    fn tell(mut self) -> Result<Soaked, String> {
        let kept = self.make_topics()?;
        self.say("filling the disk");
        let filled = format!("produce {LARGE} --warmup 0s --bytes {}", kept + (kept >> 3));
        let filled = self.perf(&filled)?;
        let beside = self.begin_beside()?;
        self.say("looking for the limit");
        let limit = self.find_limit(filled["records_per_second"].as_f64().unwrap_or_default())?;
        let rate = (limit * 0.8) as u64;
        let gauge = Gauge::begin(self.broker.id(), &self.disk.mount());
        let mut windows = Vec::new();
        for number in 1..=WINDOWS {
            let length = format!("--warmup {WARMUP}s --duration {}s", self.window() - WARMUP);
            let words = format!("produce {LARGE} --rate {rate} {length}");
            let window = Window::of(&self.perf(&words)?);
            self.say(&format!("window {number}: {window}"));
            windows.push(window);
        }
        let samples = gauge.end();
        self.say("waiting for what goes on beside");
        let beside: Vec<_> = beside
            .into_iter()
            .map(|load| (load.name, load.end()))
            .collect();
        self.broker.signal("TERM");
        let stopped = self.broker.end();
        Ok(Soaked {
            minutes: self.options.minutes,
            disk: self.options.disk,
            seed: self.options.seed,
            limit,
            rate,
            windows,
            samples,
            beside,
            stopped,
            said: std::fs::read_to_string(&self.recipe.said).unwrap_or_default(),
        })
    }

    /// Records a second that keep the bound, looked for from the rate at which the disk was filled.
    fn find_limit(&self, filled: f64) -> Result<f64, String> {
        let first = (filled / 2.0).max(100.0);
        let search = format!("--first-rate {first:.0} --halvings 3 --p99 {BOUND}");
        let words = format!("find-limit {LARGE} {search} --warmup 1s --duration 5s");
        let found = self.perf(&words)?;
        let knee = found["knee_records_per_second"].as_f64();
        knee.ok_or_else(|| format!("no rate keeps {BOUND}: {}", found["sentence"]))
    }

    /// Seconds of a window.
    fn window(&self) -> u64 {
        (self.options.minutes * 60 / WINDOWS).max(WARMUP + 5)
    }

    /// Returns the bytes that the large topic keeps.
    fn make_topics(&self) -> Result<u64, String> {
        let (_, all) = space(&self.disk.mount())?;
        let kept = ((all as f64 * FILL) as u64).saturating_sub(OTHERS);
        let retention = format!("retention.bytes={}", kept / 8);
        let large = [retention.as_str(), "segment.bytes=16777216"];
        let compacted = [
            "cleanup.policy=compact",
            "segment.bytes=4194304",
            "min.cleanable.dirty.ratio=0.3",
        ];
        self.make_topic("large", 8, &large)?;
        self.make_topic("compacted", 2, &compacted)?;
        self.make_topic("verified", 4, &[])?;
        Ok(kept)
    }

    fn make_topic(&self, name: &str, partitions: u32, configs: &[&str]) -> Result<(), String> {
        let pairs = configs.iter().filter_map(|pair| pair.split_once('='));
        let entry = Entry {
            partitions,
            configs: pairs
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        };
        run(&mut entry.creation(&self.recipe.address, name)).map(drop)
    }

    /// They go on a little longer than all windows.
    fn begin_beside(&self) -> Result<Vec<Beside>, String> {
        let seconds = SEARCH + WINDOWS * (self.window() + 2);
        let time = format!("--duration {seconds}s --warmup 0s");
        let loads = [
            (
                "compacted",
                "produce --topic compacted --partitions 2 --keys uniform:1000 --rate 2000 \
                 --linger 5ms",
            ),
            (
                "verified",
                "verify --topic verified --partitions 4 --rate 1000",
            ),
            (
                "tail",
                "consume --topic large --partitions 8 --tail --groups 2 --check batches",
            ),
        ];
        let begin = |(name, words): (&'static str, &str)| {
            let words = format!("{words} {time}");
            Beside::begin((name, &words), &self.recipe.address, self.dir.path())
        };
        loads.into_iter().map(begin).collect()
    }

    /// Runs `corelane perf` to its end.
    fn perf(&self, words: &str) -> Result<Value, String> {
        let json = self.dir.path().join("large.json");
        let words = format!("{words} --seed {}", self.options.seed);
        let mut command = perf(&self.recipe.address, &words, &json);
        let child = command
            .current_dir(ours("."))
            .stderr(Stdio::null())
            .status();
        let ended = child.map_err(|error| error.to_string())?;
        let found = figures(&json)?;
        match ended.success() {
            true => Ok(found),
            false => Err(format!("perf {words}: {ended}: {}", found["sentence"])),
        }
    }

    fn say(&self, words: &str) {
        let space = space(&self.disk.mount()).map(|(used, all)| used * 100 / all);
        println!("{words} (the disk is {} % full)", space.unwrap_or_default());
    }
}
