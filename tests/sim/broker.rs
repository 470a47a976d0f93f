//! The broker as its process runs it, on a machine of the simulated world.

use std::env;
use std::sync::{Arc, Once};
use std::time::Duration;

use corelane::config::Settings;
use corelane::io::sim::{Node, Task};
use corelane::io::{clock, fs, mesh, random, task};
use corelane::model::ShardId;
use corelane::node::{self, LifeFault, Outside};
use corelane::shard::{LogDirs, Plan, Router};
use futures_channel::oneshot;
use tracing_subscriber::EnvFilter;

const DATA: &str = "/data";

/// Longer than an operation of a disk takes that is not slow.
const OPERATION: Duration = Duration::from_millis(1);

/// Sizes of `corelane.journal.*`, in bytes.
#[derive(Clone, Copy)]
struct Journal {
    bytes: u64,
    direct_bytes: u64,
}

/// One life of a broker process.
pub struct Life {
    stop: oneshot::Sender<()>,
    ended: Task<Result<(), LifeFault>>,
}

impl Life {
    pub fn begin(machine: &Node, port: u16, shards: usize) -> Life {
        Life::begin_in(machine, port, shards, DATA)
    }

    /// With these log directories, separated by commas.
    pub fn begin_in(machine: &Node, port: u16, shards: usize, dirs: &'static str) -> Life {
        Life::begin_with(machine, port, shards, (dirs, None))
    }

    /// One shard, whose journal is as small as may be and takes all that is produced.
    pub fn begin_small(machine: &Node, port: u16) -> Life {
        let journal = Journal {
            bytes: 64 << 10,
            direct_bytes: 65_536,
        };
        Life::begin_with(machine, port, 1, (DATA, Some(journal)))
    }

    fn begin_with(
        machine: &Node,
        port: u16,
        shards: usize,
        (dirs, journal): (&'static str, Option<Journal>),
    ) -> Life {
        let (stop, stopped) = oneshot::channel();
        let ended = machine.spawn(async move {
            let journal = journal.unwrap_or_else(any_journal);
            live(settings(port, shards, dirs, journal), shards, stopped).await
        });
        Life { stop, ended }
    }

    /// Waits until the process ends by itself; none when the machine went down before.
    pub async fn ended(self) -> Option<Result<(), LifeFault>> {
        self.ended.join().await
    }

    /// What SIGTERM does. None when the machine went down before the process ended.
    pub async fn stop(self) -> Option<Result<(), LifeFault>> {
        let _gone = self.stop.send(());
        self.ended.join().await
    }
}

/// Takes back a power cut that was planned. One that has struck goes on until its operation ends.
pub async fn spare(machine: &Node) {
    machine.plan(|faults| (faults.cut_power_in, faults.cut_after_lie) = (None, None));
    clock::sleep(OPERATION).await;
}

/// Small journals go round while a story is told, and few batches, some or all go past them.
fn any_journal() -> Journal {
    Journal {
        bytes: [64 << 10, 256 << 10, 4 << 20][(random::u64() % 3) as usize],
        direct_bytes: [65_536, 180, 1][(random::u64() % 3) as usize],
    }
}

fn settings(port: u16, shards: usize, dirs: &str, journal: Journal) -> Settings {
    let set = |key: &str, value: String| (key.to_owned(), value);
    let overrides = [
        set("listeners", format!("PLAINTEXT://0.0.0.0:{port}")),
        set("log.dirs", dirs.to_owned()),
        set("auto.create.topics.enable", "false".to_owned()),
        set("corelane.shards", shards.to_string()),
        set("corelane.journal.bytes", journal.bytes.to_string()),
        set(
            "corelane.journal.direct.bytes",
            journal.direct_bytes.to_string(),
        ),
        // The janitor looks at retention whenever it looks around.
        set("log.retention.check.interval.ms", "1".to_owned()),
        set("log.cleaner.backoff.ms", "40".to_owned()),
    ];
    let (settings, _ignored) = Settings::parse("", &overrides).expect("settings of our own");
    settings
}

async fn live(
    settings: Settings,
    shards: usize,
    stopped: oneshot::Receiver<()>,
) -> Result<(), LifeFault> {
    show_diagnostics();
    let dirs = Arc::new(LogDirs::new(&settings.directories));
    for dir in dirs.all() {
        // As the lock of a directory does; what cannot be made is offline.
        if let Err(error) = fs::create_dir_all(&dir.path).await {
            dir.fail(error.to_string());
        }
    }
    let (router, mailboxes) = Router::new(shards);
    let plan = Plan {
        router,
        settings: Arc::new(settings),
        dirs,
    };
    let mut outside = Some(Outside {
        on_ready: Box::new(|_| ()),
        stop: Box::pin(async move {
            let _told = stopped.await;
        }),
        // Nobody asks.
        reports: mesh::mailbox(1).1,
    });
    let mut lives = Vec::new();
    for (index, mailbox) in mailboxes.into_iter().enumerate() {
        let id = ShardId(u16::try_from(index).expect("few shards"));
        lives.push(task::spawn(node::run(
            id,
            plan.clone(),
            mailbox,
            outside.take(),
        )));
    }
    for life in lives {
        life.await?;
    }
    Ok(())
}

/// With RUST_LOG set, shows what the broker has to say.
fn show_diagnostics() {
    static SHOWN: Once = Once::new();
    if env::var_os(EnvFilter::DEFAULT_ENV).is_some() {
        SHOWN.call_once(|| {
            tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::from_default_env())
                .init();
        });
    }
}
