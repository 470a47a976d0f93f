//! From the command line to running shards, and back to an exit code.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::diagnostics;
use super::life::{self, LifeFault, Outside, Ready};
use super::options::Options;
use crate::config::{ConfigFault, Settings};
use crate::io::lock::{self, DirectoryLock, claim_port};
use crate::io::signal::{Stop, report_signals, stop_signals};
use crate::io::uring::{self, StartError};
use crate::io::{clock, fs, memory, mesh, probe};
use crate::model::Instant;
use crate::shard::{CONTROLLER, LogDirs, Plan, Router};

/// How long a data directory or a port in use is asked for again.
const PATIENCE: Duration = Duration::from_secs(3);

/// Memory of a machine that does not say how much it has.
const MEMORY_UNKNOWN: usize = 1 << 30;

/// Why the process ends without having served, or without having stopped cleanly.
#[derive(Debug, thiserror::Error)]
enum BootFault {
    #[error("{0}")]
    Config(#[from] ConfigFault),
    #[error("cannot read the configuration {file}: {error}")]
    File { file: String, error: std::io::Error },
    #[error("the data directory {directory} does not keep what is written to it: {error}")]
    Directory {
        directory: String,
        error: std::io::Error,
    },
    #[error("cannot listen for stop signals: {0}")]
    Signals(std::io::Error),
    #[error("{}{}", .0, way_out(.0))]
    Refused(#[from] lock::Refused),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Life(#[from] LifeFault),
}

/// What to do where the refusal does not say it.
fn way_out(refused: &lock::Refused) -> &'static str {
    match refused {
        lock::Refused::Directory(..) => "; --data-dir (log.dirs) names another",
        lock::Refused::Port(..) => "; --listen (listeners) names another address",
        lock::Refused::DirectoryHeld(_) | lock::Refused::PortHeld(_) => "",
    }
}

/// Serves until SIGTERM or SIGINT. Says on stderr why it could not.
pub fn serve(options: &Options) -> ExitCode {
    diagnostics::start();
    match try_serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("corelane: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn try_serve(options: &Options) -> Result<(), BootFault> {
    let begun = clock::now();
    let stop = stop_signals().map_err(BootFault::Signals)?;
    let reports = report_signals().map_err(BootFault::Signals)?;
    let mut settings = uring::run_alone(load(options.clone()))??;
    let dirs = Arc::new(LogDirs::new(&settings.directories));
    let _locks = uring::run_alone(hold(dirs.clone()))??;
    uring::run_alone(prepare(settings.clone(), dirs.clone()))??;
    let cores = cores(&settings)?;
    let available = memory::available().unwrap_or(MEMORY_UNKNOWN);
    settings.memory.divide(available, cores.len());
    let (router, mailboxes) = Router::new(cores.len());
    let settings = Arc::new(settings);
    let shown = Shown {
        begun,
        memory: settings.memory.bytes,
        data: listed(&dirs),
        shards: cores.len(),
    };
    let plan = Plan {
        router,
        settings,
        dirs,
    };
    let outcomes = uring::run_shards(&cores, move |id| {
        let mailbox = mailboxes[usize::from(id.0)].clone();
        let (shown, stop, reports) = (shown.clone(), stop.clone(), reports.clone());
        let outside = (id == CONTROLLER).then(|| outside(shown, stop, reports));
        Box::pin(life::run(id, plan.clone(), mailbox, outside))
    })?;
    outcomes.into_iter().collect::<Result<(), LifeFault>>()?;
    tracing::info!("stopped cleanly");
    Ok(())
}

/// Takes what one process at a time may hold, and asks for it again for a while when it is held:
/// a broker that was told to stop a moment ago still closes its files, and the kernel closes the
/// sockets of a killed one only when it has taken down the rings that used them.
async fn take<T>(attempt: impl Fn() -> Result<T, lock::Refused>) -> Result<T, lock::Refused> {
    let deadline = clock::now().plus(PATIENCE);
    loop {
        match attempt() {
            Err(refused) if refused.is_held() && clock::now() < deadline => {
                clock::sleep(PATIENCE / 40).await;
            }
            outcome => return outcome,
        }
    }
}

/// Reads the settings, and says which of them are of no use here.
async fn load(options: Options) -> Result<Settings, BootFault> {
    let text = match &options.config {
        None => Vec::new(),
        Some(file) => fs::read(file).await.map_err(|error| {
            let file = file.display().to_string();
            BootFault::File { file, error }
        })?,
    };
    let text = String::from_utf8_lossy(&text);
    let (settings, ignored) = Settings::parse(&text, &options.overrides())?;
    for key in ignored {
        tracing::warn!(
            key,
            "a setting of Kafka that Corelane does not have; ignored"
        );
    }
    Ok(settings)
}

/// Makes sure that the ports are free and that the log directories keep what they are given.
async fn prepare(settings: Settings, dirs: Arc<LogDirs>) -> Result<(), BootFault> {
    for listener in &settings.listeners {
        let failed = |error| {
            let address = listener.to_string();
            LifeFault::Listen { address, error }
        };
        let address = life::address_of(listener).await.map_err(failed)?;
        take(|| claim_port(address)).await?;
    }
    for dir in dirs.online() {
        match probe::self_test(&dir.path).await {
            Ok(missing) => missing.iter().for_each(|path| tracing::warn!("{path}")),
            Err(error) => {
                dir.fail(format!("it does not keep what is written to it: {error}"));
                let directory = dir.path.display().to_string();
                let fault = BootFault::Directory { directory, error };
                dirs.suffice().then_some(()).ok_or(fault)?;
            }
        }
    }
    Ok(())
}

/// Takes every log directory. What cannot be had is offline; what another process has is a fault,
/// and so is it when too little is left.
async fn hold(dirs: Arc<LogDirs>) -> Result<Vec<DirectoryLock>, lock::Refused> {
    let mut locks = Vec::new();
    for dir in dirs.all() {
        match take(|| DirectoryLock::acquire(&dir.path)).await {
            Ok(lock) => locks.push(lock),
            Err(refused) => {
                dir.fail(refused.to_string());
                if refused.is_held() || !dirs.suffice() {
                    return Err(refused);
                }
            }
        }
    }
    Ok(locks)
}

/// The directories that work, for people.
fn listed(dirs: &LogDirs) -> String {
    let paths: Vec<String> = dirs
        .online()
        .map(|dir| dir.path.display().to_string())
        .collect();
    paths.join(", ")
}

/// One core per shard; with more shards than cores, they share.
fn cores(settings: &Settings) -> Result<Vec<usize>, StartError> {
    let allowed = uring::allowed_cores()?;
    let shards = settings.shards.map_or(allowed.len(), usize::from);
    Ok(allowed.iter().copied().cycle().take(shards).collect())
}

/// What the ready line shows.
#[derive(Clone)]
struct Shown {
    begun: Instant,
    memory: usize,
    data: String,
    shards: usize,
}

fn outside(shown: Shown, stop: mesh::Receiver<Stop>, reports: mesh::Receiver<()>) -> Outside {
    Outside {
        reports,
        on_ready: Box::new(move |ready| say_ready(&shown, &ready)),
        stop: Box::pin(async move {
            if let Some(signal) = stop.recv().await {
                tracing::info!("stopping: {}", name_of(signal));
            }
        }),
    }
}

fn name_of(signal: Stop) -> &'static str {
    match signal {
        Stop::Terminate => "SIGTERM came",
        Stop::Interrupt => "SIGINT came",
    }
}

fn say_ready(shown: &Shown, ready: &Ready) {
    let listening = ready
        .listening
        .iter()
        .map(|(name, address)| format!("{name}://{address}"));
    println!(
        "corelane {} ready: {}, {} shard{}, {} partitions, data in {}, at most {} MiB \
         for queues and caches, {} ms",
        env!("CARGO_PKG_VERSION"),
        listening.collect::<Vec<_>>().join(","),
        shown.shards,
        if shown.shards == 1 { "" } else { "s" },
        ready.partitions,
        shown.data,
        shown.memory >> 20,
        clock::now().since(shown.begun).as_millis()
    );
}
