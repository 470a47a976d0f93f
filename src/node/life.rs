//! One shard's life: made, opened, serving, closed. The same code runs on pinned executors and in
//! the simulated world.

use core::net::SocketAddr;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{Either, select};

use super::identity;
use super::{register, report, stop};
use crate::config::{Listener, Settings};
use crate::io::{descriptors, fs, mesh, resolve, task};
use crate::log::layout::MetaProperties;
use crate::model::{Offset, ShardId};
use crate::server::{self, Census, Context};
use crate::shard::{
    self, BootMarks, Fault, Job, LocalFuture, LogDirs, Plan, Shard, ShardStopped, cleaner, janitor,
    scrub, space,
};

/// Why a node could not start, or did not stop cleanly.
#[derive(Debug, thiserror::Error)]
pub enum LifeFault {
    #[error(transparent)]
    Identity(#[from] identity::IdentityFault),
    #[error("the data directory {directory} cannot be used: {error}")]
    Directory { directory: String, error: io::Error },
    #[error("the metadata log cannot be read: {0}")]
    Metadata(#[from] Fault),
    #[error("not every partition was closed, and the next start checks their logs: {0}")]
    Unclean(Fault),
    #[error("cannot listen on {address}: {error}; --listen (listeners) names another address")]
    Listen { address: String, error: io::Error },
    #[error("the node cannot register itself: {0}")]
    Register(#[from] shard::CommandRefusal),
    #[error(transparent)]
    Checkpoint(#[from] shard::CheckpointFault),
    #[error(transparent)]
    Stopped(#[from] ShardStopped),
}

/// What a node says when it is ready.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Listener name and bound address.
    pub listening: Vec<(String, SocketAddr)>,
    pub partitions: usize,
}

/// What the outside tells shard 0: whom to notify, and when to stop.
pub struct Outside {
    pub on_ready: Box<dyn FnOnce(Ready)>,
    pub stop: LocalFuture<()>,
    /// Each asks to be told what the shards count.
    pub reports: mesh::Receiver<()>,
}

/// Runs one shard until the node has stopped. Shard 0, which gets `outside`, leads the others
/// through boot and stop by jobs in their mailboxes.
pub async fn run(
    id: ShardId,
    plan: Plan,
    mailbox: mesh::Receiver<Job>,
    outside: Option<Outside>,
) -> Result<(), LifeFault> {
    let shard = Shard::new(id, plan);
    let serving = task::spawn(serve_mailbox(shard.clone(), mailbox));
    let outcome = match outside {
        Some(outside) => {
            let outcome = lead(&shard, outside).await;
            let _ = shard
                .gather(|shard| Box::pin(async move { shard.end() }))
                .await;
            outcome
        }
        None => Ok(()),
    };
    shard.ended().await;
    serving.cancel().await;
    outcome
}

/// Starts jobs in the order in which they come; each runs on beside the next.
async fn serve_mailbox(shard: Rc<Shard>, mailbox: mesh::Receiver<Job>) {
    while let Some(job) = mailbox.recv().await {
        task::spawn(job(shard.clone())).detach();
    }
}

async fn lead(shard: &Rc<Shard>, outside: Outside) -> Result<(), LifeFault> {
    let settings = shard.settings();
    keep_names(&shard.dirs).await?;
    let identity = identity::establish(&shard.dirs, settings.node).await?;
    let mut marks = BootMarks::take(&shard.dirs).await;
    replay_journals(&shard.dirs, &mut marks).await;
    let marks = Arc::new(marks);
    check_dirs(&shard.dirs)?;
    tell(shard, &identity, &marks).await?;
    let replayed = shard::open_metadata_log(shard, &marks).await?;
    let (clean, end) = (marks.is_clean(&shard.dirs), replayed.end);
    if !clean && end > Offset(0) {
        tracing::info!("the last stop was not clean: the ends of all logs are checked");
    }
    shard.replay_metadata(replayed).await?;
    shard.clear_strays().await;
    check_dirs(&shard.dirs)?;
    let listening = listen(shard, &settings).await?;
    settle_dirs(shard).await?;
    let log_dirs = shard.dirs.online_ids();
    let registration = register::registration(&settings, log_dirs, &listening, (end, !clean));
    shard
        .command(crate::cluster::Command::Register(registration))
        .await?;
    shard.checkpoint().await?;
    serve(shard).await?;
    shard.keep(task::spawn(report::answer(shard.clone(), outside.reports)));
    let partitions = shard.image().partition_count();
    (outside.on_ready)(Ready {
        listening,
        partitions,
    });
    match select(outside.stop, pin!(shard.is_doomed())).await {
        Either::Left(_) => stop::run(shard).await,
        Either::Right(_) => check_dirs(&shard.dirs),
    }
}

/// A fault when the directories that work are not enough to go on with.
fn check_dirs(dirs: &LogDirs) -> Result<(), LifeFault> {
    let failed = dirs.all().iter().find(|dir| !dir.is_online());
    match failed {
        Some(failed) if !dirs.suffice() => {
            let failed = match dirs.metadata().is_online() {
                true => failed,
                false => dirs.metadata(),
            };
            let directory = failed.path.display().to_string();
            let error = io::Error::other(failed.failure().unwrap_or_default().to_owned());
            Err(LifeFault::Directory { directory, error })
        }
        _ => Ok(()),
    }
}

/// Brings what the journals of the last run hold to the segments. A directory where that cannot be
/// done is offline: to go on without it would be to forget what was acknowledged.
async fn replay_journals(dirs: &LogDirs, marks: &mut BootMarks) {
    for dir in dirs.online() {
        match shard::replay_journals(&dir.path, &marks.of(dir).recovery_points).await {
            Ok(replayed) => {
                if replayed.frames > 0 {
                    tracing::info!(
                        directory = %dir.path.display(), frames = replayed.frames,
                        "the journal of the last run was replayed"
                    );
                }
                marks.note_durable(dir, replayed.reached);
            }
            Err(fault) => {
                dir.fail(format!(
                    "the journal of the last run cannot be replayed: {fault}"
                ));
            }
        }
    }
}

/// Has the metadata say what lies where, before anything is served.
async fn settle_dirs(shard: &Rc<Shard>) -> Result<(), LifeFault> {
    for dir in shard.dirs.all().iter().filter(|dir| !dir.is_online()) {
        shard.take_offline(dir).await;
    }
    shard.assign_log_dirs().await?;
    let forgotten =
        shard.gather(|shard| Box::pin(async move { shard.set_boot_marks(Arc::default()) }));
    Ok(forgotten.await.map(|_| ())?)
}

/// Makes the names of the log directories themselves outlive a power cut. A parent that may not
/// be read is not one in which this process made anything.
async fn keep_names(dirs: &LogDirs) -> Result<(), LifeFault> {
    for dir in dirs.online() {
        let parent = dir.path.parent().unwrap_or(&dir.path);
        match fs::sync_dir(parent).await {
            Err(error) if error.kind() != io::ErrorKind::PermissionDenied => {
                dir.fail(format!("its name cannot be kept: {error}"));
            }
            _ => {}
        }
    }
    check_dirs(dirs)
}

/// Tells every shard what it must know before it opens partitions.
async fn tell(
    shard: &Rc<Shard>,
    identity: &MetaProperties,
    marks: &Arc<BootMarks>,
) -> Result<(), ShardStopped> {
    let (marks, identity) = (marks.clone(), identity.clone());
    let told = shard.gather(move |shard| {
        let (marks, identity) = (marks.clone(), identity.clone());
        Box::pin(async move {
            shard.set_boot_marks(marks);
            shard.set_identity(identity);
        })
    });
    told.await.map(|_| ())
}

/// The address to bind for a listener.
pub(super) async fn address_of(listener: &Listener) -> io::Result<SocketAddr> {
    let host = if listener.is_wildcard() {
        "0.0.0.0"
    } else {
        &listener.host
    };
    let found = resolve(host, listener.port).await?;
    found
        .first()
        .copied()
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

/// Binds every listener on every shard; the ports that the kernel chose are known afterwards.
async fn listen(
    shard: &Rc<Shard>,
    settings: &Settings,
) -> Result<Vec<(String, SocketAddr)>, LifeFault> {
    let mut listening = Vec::new();
    for listener in &settings.listeners {
        let failed = |error| LifeFault::Listen {
            address: listener.to_string(),
            error,
        };
        let host = if listener.is_wildcard() {
            "0.0.0.0"
        } else {
            &listener.host
        };
        let asked = resolve(host, listener.port).await.map_err(failed)?[0];
        let first = server::bind(asked).map_err(failed)?;
        let bound = first.local_addr();
        shard.hold(&listener.name, first);
        let name = listener.name.clone();
        let others = shard.gather(move |shard| {
            let name = name.clone();
            Box::pin(async move {
                if shard.id != shard::CONTROLLER {
                    shard.hold(&name, server::bind(bound)?);
                }
                Ok(())
            })
        });
        others
            .await?
            .into_iter()
            .collect::<io::Result<Vec<()>>>()
            .map_err(failed)?;
        listening.push((listener.name.clone(), bound));
    }
    Ok(listening)
}

/// Lets every shard accept connections and look after its partitions.
async fn serve(shard: &Rc<Shard>) -> Result<(), ShardStopped> {
    let census = Census::new(descriptors::raise_limit());
    let started = shard.gather(move |shard| {
        let census = census.clone();
        Box::pin(async move {
            let context = Context::new(shard.clone(), census);
            for (name, listener) in shard.take_listeners() {
                shard.keep(task::spawn(server::accept(context.clone(), name, listener)));
            }
            shard.keep(task::spawn(janitor::run(shard.clone())));
            shard.keep(task::spawn(cleaner::run(shard.clone())));
            shard.keep(task::spawn(scrub::run(shard.clone())));
            if shard.id == shard::CONTROLLER {
                shard.keep(task::spawn(space::watch(shard.clone())));
            }
        })
    });
    started.await.map(|_| ())
}
