//! Executors: one per shard, pinned, or a single one for a command-line tool.
//!
//! The settings answer what was measured of glommio 0.9. `preempt_timer` is 1 ms: its default of
//! 100 ms would be the latency of sockets on an executor that never runs out of ready tasks. No
//! spinning before parking, since the kernel's completion work needs the very core that would
//! spin; two unpinned pool threads in place of one on the executor's own core; the least
//! registered memory, since none of glommio's own disk buffers are used.

use std::any::Any;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use glommio::{
    GlommioError, LocalExecutor, LocalExecutorBuilder, Placement, PoolPlacement, ReactorErrorKind,
};

use super::alarm::Alarm;
use super::limits::raise_limits;
use super::ring::Prepared;
use super::turn;
use crate::io::World;
use crate::io::watch::{Heart, STALL_AFTER, Watchdog, say_loudly};
use crate::model::ShardId;

/// How long tasks that are always ready may keep sockets and completions waiting.
const PREEMPT_AFTER: Duration = Duration::from_millis(1);
/// How soon an executor is woken that sleeps before its pulse has run for the first time.
const FIRST_PULSE: Duration = Duration::from_millis(5);
/// Entries of each of glommio's rings; more made no difference up to 5,000 connections.
const RING_DEPTH: usize = 128;
/// glommio registers this three times. It is the least that it takes.
const REGISTERED_BYTES: usize = 64 << 10;
/// Threads per shard for what may block.
const POOL_THREADS: usize = 2;
/// glommio refuses to start below this limit on locked memory.
const MEMLOCK_BYTES_MIN: u64 = 512 << 10;

/// What a shard runs; it is made on the shard's own thread and need not be `Send`.
pub type ShardFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Why executors could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "the limit on locked memory is {limit} bytes and io_uring executors need {needed}: \
         raise it (ulimit -l, or LimitMEMLOCK= of the service)"
    )]
    MemoryLock { limit: u64, needed: u64 },
    #[error("cannot start the executor of shard {shard} on core {core}: {cause}")]
    Executor {
        shard: u16,
        core: usize,
        cause: io::Error,
    },
    #[error("cannot make an io_uring for disk: {0}")]
    Ring(io::Error),
    #[error("cannot make a timer: {0}; the limit on pending signals (ulimit -i) may be too low")]
    Alarm(io::Error),
    #[error("cannot read the cores this process may run on: {0}")]
    Affinity(io::Error),
}

/// The cores in this process's affinity mask, in order: one shard each, unless set otherwise.
pub fn allowed_cores() -> Result<Vec<usize>, StartError> {
    // SAFETY: cpu_set_t is a plain array of bits for which all zeros is a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is a live cpu_set_t and its true size is given.
    if unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) } != 0 {
        return Err(StartError::Affinity(io::Error::last_os_error()));
    }
    let bits = 8 * size_of::<libc::cpu_set_t>();
    // SAFETY: every index is below the number of bits in the set.
    Ok((0..bits)
        .filter(|&core| unsafe { libc::CPU_ISSET(core, &set) })
        .collect())
}

/// Runs one pinned executor per entry of `cores` (a core may be named twice) and returns what
/// each shard's future returned, in order of shard. All executors stand before any future runs.
///
/// A panic on a shard is a bug: it is carried over to the caller at once, without waiting for
/// the other shards, and so ends the process.
pub fn run_shards<T: Send + 'static>(
    cores: &[usize],
    start: impl Fn(ShardId) -> ShardFuture<T> + Send + Sync + 'static,
) -> Result<Vec<T>, StartError> {
    raise_limits(MEMLOCK_BYTES_MIN);
    let count = cores.len();
    assert!(
        count > 0 && count <= usize::from(u16::MAX),
        "one shard at least, 65,535 at most"
    );
    let start: Arc<dyn Fn(ShardId) -> ShardFuture<T> + Send + Sync> = Arc::new(start);
    let (ready, readies) = flume::bounded(count);
    let (exit, exits) = flume::bounded(count);
    let (mut gates, mut hearts) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (shard, &core) in (0u16..).zip(cores) {
        let (gate, opened) = flume::bounded::<()>(1);
        gates.push(gate);
        let heart = Heart::new(ShardId(shard));
        hearts.push(heart.clone());
        let seat = Seat {
            shard: ShardId(shard),
            core,
            opened,
            heart,
        };
        let (start, ready, exit) = (start.clone(), ready.clone(), exit.clone());
        thread::Builder::new()
            .name(format!("shard-{shard}"))
            .spawn(move || seat.occupy(&*start, &ready, &exit))
            .map_err(|cause| StartError::Executor { shard, core, cause })?;
    }
    drop((ready, exit));
    for _ in 0..count {
        readies
            .recv()
            .expect("a shard's thread ended before it reported")?;
    }
    for gate in gates {
        gate.send(())
            .expect("a shard that is ready waits at its gate");
    }
    let _watchdog = Watchdog::start(hearts, STALL_AFTER, say_loudly);
    collect_exits(count, &exits)
}

/// One executor on this thread, not pinned: for command-line tools and tests.
pub fn run_alone<T: 'static>(work: impl Future<Output = T> + 'static) -> Result<T, StartError> {
    raise_limits(MEMLOCK_BYTES_MIN);
    let executor = build(Placement::Unbound).map_err(|error| explain(error, ShardId(0), 0))?;
    let ground = Ground::new()?;
    let _entered = World::enter(World::Uring);
    Ok(executor.run(live(ground, Heart::new(ShardId(0)), work)))
}

type Exit<T> = (ShardId, Result<T, Box<dyn Any + Send>>);

fn collect_exits<T>(count: usize, exits: &flume::Receiver<Exit<T>>) -> Result<Vec<T>, StartError> {
    let mut outputs: Vec<Option<T>> = (0..count).map(|_| None).collect();
    for _ in 0..count {
        let (shard, result) = exits.recv().expect("a shard's thread ended without a word");
        match result {
            Ok(output) => outputs[usize::from(shard.0)] = Some(output),
            Err(panic) => resume_unwind(panic),
        }
    }
    Ok(outputs.into_iter().flatten().collect())
}

/// One shard's place: its number, its core, and the gate it waits at until all are ready.
struct Seat {
    shard: ShardId,
    core: usize,
    opened: flume::Receiver<()>,
    heart: Arc<Heart>,
}

impl Seat {
    fn occupy<T>(
        self,
        start: &dyn Fn(ShardId) -> ShardFuture<T>,
        ready: &flume::Sender<Result<(), StartError>>,
        exit: &flume::Sender<Exit<T>>,
    ) where
        T: 'static,
    {
        let prepared = build(Placement::Fixed(self.core))
            .map_err(|error| explain(error, self.shard, self.core))
            .and_then(|executor| Ok((executor, Ground::new()?)));
        let (executor, ground) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                // The receiver is gone only when another shard failed first.
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        // A closed gate means that another shard could not start.
        if self.opened.recv().is_err() {
            return;
        }
        let _entered = World::enter(World::Uring);
        let run = AssertUnwindSafe(|| executor.run(live(ground, self.heart, start(self.shard))));
        // Nothing of the executor is used again after a panic; the process is about to end.
        let _ = exit.send((self.shard, catch_unwind(run)));
    }
}

/// What an executor of ours stands on beside glommio's own rings.
struct Ground {
    ring: Prepared,
    alarm: Alarm,
}

impl Ground {
    /// Called on the executor's thread, which the alarm will ring for.
    fn new() -> Result<Ground, StartError> {
        let ground = Ground {
            ring: Prepared::new().map_err(StartError::Ring)?,
            alarm: Alarm::for_this_thread().map_err(StartError::Alarm)?,
        };
        // From here on: the executor may fall asleep before its first task, the pulse, has run.
        ground.alarm.put_off(FIRST_PULSE);
        Ok(ground)
    }
}

/// Runs `work` with a disk ring and a pulse under it.
async fn live<T>(ground: Ground, heart: Arc<Heart>, work: impl Future<Output = T>) -> T {
    let ring = ground.ring.start();
    let pulse = glommio::spawn_local(turn::pulse(heart.clone(), ground.alarm));
    let output = turn::measured(work).await;
    pulse.cancel().await;
    heart.rest();
    ring.stop().await;
    output
}

/// Must be called on a thread with the process's whole affinity mask: the pool threads are made
/// first and inherit it, then the executor pins itself.
fn build(placement: Placement) -> Result<LocalExecutor, GlommioError<()>> {
    LocalExecutorBuilder::new(placement)
        .preempt_timer(PREEMPT_AFTER)
        .ring_depth(RING_DEPTH)
        .io_memory(REGISTERED_BYTES)
        .blocking_thread_pool_placement(PoolPlacement::Unbound(POOL_THREADS))
        .make()
}

fn explain(error: GlommioError<()>, shard: ShardId, core: usize) -> StartError {
    match error {
        GlommioError::ReactorError(ReactorErrorKind::MemLockLimit(limit, needed)) => {
            StartError::MemoryLock { limit, needed }
        }
        other => StartError::Executor {
            shard: shard.0,
            core,
            cause: other.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shard_runs_on_its_core_and_returns_its_output() {
        let cores = allowed_cores().unwrap();
        let outputs = run_shards(&cores, |shard| Box::pin(async move { shard.0 })).unwrap();
        let expected: Vec<u16> = (0..).take(cores.len()).collect();
        assert_eq!(outputs, expected);
    }

    #[test]
    fn a_panic_on_one_shard_reaches_the_caller_while_others_run() {
        let run = || {
            run_shards(&[0, 0], |shard| {
                Box::pin(async move {
                    assert!(shard.0 == 0, "a bug");
                    crate::io::clock::sleep(Duration::from_secs(60)).await;
                })
            })
        };
        let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("the panic is carried over");
        assert_eq!(super::super::task::message_of(&*panic), "a bug");
    }
}
