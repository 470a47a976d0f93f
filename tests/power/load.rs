use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::register::Entry;
use crate::tally::Count;
use crate::tool::{corelane, run, tool};

/// A way to write to a topic.
pub struct Kind {
    pub name: &'static str,
    partitions: u32,
    configs: &'static [(&'static str, &'static str)],
    /// Words for `corelane perf verify`.
    words: &'static str,
    /// Whether the oldest records may go by themselves.
    forgets: bool,
    /// Whether DeleteRecords is asked for now and then.
    pub is_trimmed: bool,
}

impl Kind {
    /// A topic of this kind.
    pub fn entry(&self) -> Entry {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Entry {
            partitions: self.partitions,
            configs: BTreeMap::from_iter(self.configs.iter().map(own)),
        }
    }
}

const PLAIN: Kind = Kind {
    name: "",
    partitions: 1,
    configs: &[],
    words: "",
    forgets: false,
    is_trimmed: false,
};

/// Closed often, by age and by a full index.
const SHORT_SEGMENTS: &[(&str, &str)] = &[
    ("segment.bytes", "1048576"),
    ("segment.ms", "120"),
    ("segment.index.bytes", "240"),
    ("index.interval.bytes", "2000"),
];

pub const KINDS: [Kind; 7] = [
    Kind {
        name: "one-record",
        partitions: 4,
        words: "--record-size 100 --batch-bytes 150 --linger 0ms --producers 4 --rate 2k",
        ..PLAIN
    },
    Kind {
        name: "large",
        partitions: 2,
        words: "--record-size 10KiB --batch-bytes 1MiB --linger 20ms --producers 2 --rate 24MB/s",
        ..PLAIN
    },
    Kind {
        name: "middle",
        partitions: 16,
        words: "--record-size 1KiB --batch-bytes 16KiB --producers 2 --rate 4k",
        ..PLAIN
    },
    Kind {
        name: "many",
        partitions: 200,
        words: "--record-size 100 --batch-bytes 1KiB --linger 2ms --rate 4k",
        ..PLAIN
    },
    Kind {
        name: "rolling",
        partitions: 3,
        configs: SHORT_SEGMENTS,
        words: "--record-size 700 --batch-bytes 4KiB --producers 2 --rate 3k",
        ..PLAIN
    },
    Kind {
        name: "trimmed",
        partitions: 2,
        configs: SHORT_SEGMENTS,
        words: "--record-size 300 --batch-bytes 2KiB --rate 3k",
        is_trimmed: true,
        ..PLAIN
    },
    Kind {
        name: "forgetful",
        partitions: 2,
        configs: &[
            ("segment.bytes", "1048576"),
            ("retention.bytes", "2000000"),
            ("file.delete.delay.ms", "0"),
        ],
        words: "--record-size 1KiB --batch-bytes 32KiB --rate 4k",
        forgets: true,
        ..PLAIN
    },
];

/// Fills a small disk in seconds, and forgets the old when it is told to.
pub const FILLING: Kind = Kind {
    name: "filling",
    partitions: 4,
    configs: &[("segment.bytes", "1048576"), ("file.delete.delay.ms", "0")],
    words: "--record-size 10KiB --batch-bytes 256KiB --producers 2 --rate 40MB/s",
    forgets: true,
    ..PLAIN
};

/// A topic, who writes to it, and what it was promised.
pub struct Load {
    pub kind: &'static Kind,
    pub topic: String,
    /// Tells topics of one name apart.
    pub key: String,
    /// Lives since it was made.
    pub age: u32,
    /// Stands on another disk than the broker's data.
    ledger: PathBuf,
    writer: Option<Child>,
    /// What was acknowledged before the writer came.
    acked_before: u64,
}

impl Load {
    /// A new topic of that name; `number` is given once.
    pub fn new(kind: &'static Kind, dir: &Path, (topic, number): (String, u32)) -> Load {
        let key = format!("{topic}.{number}");
        let ledger = dir.join(format!("{key}.ledger"));
        let mut load = Load {
            kind,
            topic,
            key,
            age: 0,
            ledger,
            writer: None,
            acked_before: 0,
        };
        load.note("");
        if kind.forgets {
            load.note("forget\n");
        }
        load
    }

    /// The topic as it is to be made.
    pub fn entry(&self) -> Entry {
        self.kind.entry()
    }

    pub fn is_written(&mut self) -> bool {
        let writer = self.writer.as_mut();
        writer.is_some_and(|writer| matches!(writer.try_wait(), Ok(None)))
    }

    /// Starts writing, until it is told to stop. Brokers may die meanwhile.
    pub fn begin(&mut self, address: &str) -> Result<(), String> {
        self.acked_before = self.acked();
        let said = self.ledger.with_extension("said");
        let said = File::create(said).map_err(|error| error.to_string())?;
        let mut command = Command::new(corelane());
        command.args(["perf", "verify", "--bootstrap-server", address]);
        command.args(["--topic", &self.topic, "--only", "write"]);
        command.args("--duration 1h --warmup 0s --quiet".split(' '));
        command
            .args(self.kind.words.split(' '))
            .arg("--ledger")
            .arg(&self.ledger);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said);
        self.writer = Some(command.spawn().map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Whether anything was acknowledged to the writer.
    pub fn is_heard(&self) -> bool {
        self.acked() > self.acked_before
    }

    /// What the writer said that ended by itself.
    pub fn complaint(&mut self) -> Option<String> {
        let ended = self.writer.as_mut()?.try_wait().ok()??;
        self.writer = None;
        let said = fs::read_to_string(self.ledger.with_extension("said")).unwrap_or_default();
        Some(format!(
            "the writer of {} ended with {ended}: {said}",
            self.topic
        ))
    }

    /// Kills the writer where it stands.
    pub fn stop(&mut self) {
        if let Some(mut writer) = self.writer.take() {
            let _ = writer.kill();
            let _ = writer.wait();
        }
    }

    /// Asks that a partition start later; leave is given before.
    pub fn trim(&mut self, address: &str, partition: u32, offset: u64) {
        self.note(&format!("trim {partition} {offset}\n"));
        let json = self.ledger.with_extension("json");
        let place = format!(
            r#"{{"topic":"{}","partition":{partition},"offset":{offset}}}"#,
            self.topic
        );
        let text = format!(r#"{{"version":1,"partitions":[{place}]}}"#);
        fs::write(&json, text).expect("the safe disk takes it");
        let words = format!("delete-records --bootstrap-server {address} --offset-json-file");
        // Past the end, or nobody there: both are answers.
        let _answer = run(tool(&words).arg(json));
    }

    fn note(&mut self, line: &str) {
        let file = File::options().append(true).create(true).open(&self.ledger);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the safe disk takes it");
    }

    /// Records that were acknowledged so far, by the ledger's own lines.
    pub fn acked(&self) -> u64 {
        let text = fs::read_to_string(&self.ledger).unwrap_or_default();
        let acks = text.lines().filter(|line| line.starts_with("ack "));
        let counts = acks.filter_map(|line| line.split(' ').nth(5)?.parse::<u64>().ok());
        counts.sum()
    }

    /// Reads all back and holds it against the ledger. The words say what was wrong.
    pub fn check(&self, address: &str) -> (Count, Option<String>) {
        let json = self.ledger.with_extension("result");
        let _none = fs::remove_file(&json);
        let words = format!(
            "perf verify --bootstrap-server {address} --topic {} --only read --quiet",
            self.topic
        );
        let mut command = tool(&words);
        command
            .arg("--ledger")
            .arg(&self.ledger)
            .arg("--json")
            .arg(&json);
        let said = run(&mut command);
        let result = fs::read(&json).ok();
        let result =
            result.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        let figure = |name: &str| {
            let records = result.as_ref()?.get(format!("{name}_records"));
            records.or(result.as_ref()?.get(name))?.as_u64()
        };
        let Some(acked) = figure("acknowledged") else {
            let acked = self.acked();
            let count = Count {
                acked,
                lost: acked,
                ..Count::default()
            };
            return (count, said.err());
        };
        let of = |name: &str| figure(name).unwrap_or(0);
        let gaps = if self.kind.forgets {
            0
        } else {
            of("offset_gaps")
        };
        let count = Count {
            acked,
            lost: of("lost"),
            moved: of("moved"),
            changed: of("corrupted"),
            odd: of("duplicated") + of("reordered") + of("foreign") + gaps,
        };
        let words = format!("{} was read back as {count:?}", self.topic);
        (
            count,
            said.err().or_else(|| (!count.is_good()).then_some(words)),
        )
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop();
    }
}
