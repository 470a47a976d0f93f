//! The stall detector: every executor beats, and a thread of the process listens.
//!
//! An executor that stops beating is blocked in the kernel, spins, or has lost its wake-up. All
//! its partitions stand still with it, so this is said loudly, with what the kernel knows of
//! the thread, and again for as long as it lasts.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{World, uring};
use crate::model::ShardId;

/// An executor silent for this long is reported.
pub(in crate::io) const STALL_AFTER: Duration = Duration::from_secs(5);

/// The longest time that one task of this thread's executor ran without letting go, since the
/// last call. Zero in the simulated world, where turns take no time.
pub fn take_longest_turn() -> Duration {
    match World::current() {
        World::Uring => uring::take_longest_turn(),
        World::Sim => Duration::ZERO,
    }
}

/// One executor's sign of life.
#[derive(Debug)]
pub(in crate::io) struct Heart {
    shard: ShardId,
    beats: AtomicU64,
    /// The kernel's id of the executor's thread; 0 until it beats for the first time.
    thread: AtomicI32,
}

impl Heart {
    pub(in crate::io) fn new(shard: ShardId) -> Arc<Heart> {
        Arc::new(Heart {
            shard,
            beats: AtomicU64::new(0),
            thread: AtomicI32::new(0),
        })
    }

    /// Silence from here on is rest, not a stall.
    pub(in crate::io) fn rest(&self) {
        self.beats.store(0, Ordering::Relaxed);
    }

    /// Called by the executor's own thread.
    pub(in crate::io) fn beat(&self) {
        if self.beats.fetch_add(1, Ordering::Relaxed) == 0 {
            // SAFETY: gettid takes nothing and cannot fail.
            self.thread
                .store(unsafe { libc::gettid() }, Ordering::Relaxed);
        }
    }
}

/// An executor that has not beaten for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::io) struct Stall {
    pub(in crate::io) shard: ShardId,
    pub(in crate::io) silent_for: Duration,
    /// Where the kernel sees the thread: its state, what it waits in, its kernel stack where we
    /// may read it.
    pub(in crate::io) place: String,
}

/// Listens to hearts until it is dropped.
pub(in crate::io) struct Watchdog {
    stop: Option<flume::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watchdog {
    /// Calls `report` for every heart that is silent for `threshold`, and again whenever another
    /// `threshold` has passed. Without a thread to listen there is no watchdog, and all goes on.
    pub(in crate::io) fn start(
        hearts: Vec<Arc<Heart>>,
        threshold: Duration,
        report: impl Fn(Stall) + Send + 'static,
    ) -> Watchdog {
        let (stop, stopped) = flume::bounded(0);
        let listen = move || listen(&hearts, threshold, &stopped, &report);
        let thread = thread::Builder::new()
            .name("watchdog".into())
            .spawn(listen)
            .ok();
        Watchdog {
            stop: Some(stop),
            thread,
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic of the listener was printed when it happened.
            let _ = thread.join();
        }
    }
}

/// The report of the running broker.
pub(in crate::io) fn say_loudly(stall: Stall) {
    tracing::error!(
        "shard {} has not moved for {:.1} s; its thread is {}",
        stall.shard.0,
        stall.silent_for.as_secs_f64(),
        stall.place,
    );
}

fn listen(
    hearts: &[Arc<Heart>],
    threshold: Duration,
    stopped: &flume::Receiver<()>,
    report: &dyn Fn(Stall),
) {
    let now = Instant::now();
    // Beats last heard, when they changed, and when their silence was last reported.
    let mut heard: Vec<(u64, Instant, Instant)> = hearts.iter().map(|_| (0, now, now)).collect();
    let interval = threshold / 5;
    while stopped.recv_timeout(interval) == Err(flume::RecvTimeoutError::Timeout) {
        let now = Instant::now();
        for (heart, (beats, changed, reported)) in hearts.iter().zip(&mut heard) {
            let beats_now = heart.beats.load(Ordering::Relaxed);
            if beats_now != *beats {
                (*beats, *changed, *reported) = (beats_now, now, now);
                continue;
            }
            if beats_now > 0 && now - *reported >= threshold {
                *reported = now;
                let place = place_of(heart.thread.load(Ordering::Relaxed));
                report(Stall {
                    shard: heart.shard,
                    silent_for: now - *changed,
                    place,
                });
            }
        }
    }
}

/// What `/proc` tells of a thread of this process, in one line.
fn place_of(thread: i32) -> String {
    let read = |name: &str| {
        let text = fs::read_to_string(format!("/proc/self/task/{thread}/{name}"));
        text.unwrap_or_default().trim().to_owned()
    };
    let stat = read("stat");
    // The name stands in parentheses and may hold spaces; the state follows it.
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().next());
    let stack = read("stack")
        .lines()
        .take(6)
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" < ");
    let call = read("syscall");
    let number = call.split(' ').next().unwrap_or_default();
    format!(
        "in state {}, waiting in [{}], system call [{number}], kernel stack [{stack}]",
        state.unwrap_or("unknown"),
        read("wchan"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_shard_is_reported_and_a_beating_one_is_not() {
        let hearts = vec![Heart::new(ShardId(0)), Heart::new(ShardId(1))];
        let (reports, reported) = flume::unbounded();
        let report = move |stall| reports.send(stall).unwrap();
        let watchdog = Watchdog::start(hearts.clone(), Duration::from_millis(200), report);
        hearts[1].beat();
        let stall = loop {
            hearts[0].beat();
            match reported.recv_timeout(Duration::from_millis(10)) {
                Ok(stall) => break stall,
                Err(_) => continue,
            }
        };
        assert_eq!(stall.shard, ShardId(1));
        assert!(stall.silent_for >= Duration::from_millis(200));
        assert!(stall.place.contains("in state"), "{}", stall.place);
        drop(watchdog);
    }

    #[test]
    fn an_executor_that_blocks_its_thread_is_found_in_its_system_call() {
        let (reports, reported) = flume::unbounded();
        let heart = Heart::new(ShardId(3));
        let report = move |stall| reports.send(stall).unwrap();
        let _watchdog = Watchdog::start(vec![heart.clone()], Duration::from_millis(100), report);
        let blocked = thread::spawn(move || {
            heart.beat();
            thread::sleep(Duration::from_millis(700));
        });
        let stall = reported.recv().unwrap();
        assert!(stall.place.contains("nanosleep"), "{}", stall.place);
        blocked.join().unwrap();
    }
}
