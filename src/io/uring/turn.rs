//! What this thread's executor has done: turns taken by tasks, the longest of them, and the
//! pulse that keeps it going.
//!
//! **The pulse.** glommio 0.9 can go to sleep with tasks that are ready to run: its main loop
//! polls the kernel, arms the preempt timer, and runs tasks unless that timer has already
//! fired. When the kernel takes the core away in between for longer than the timer, no task
//! runs, the loop takes the timer's completion for "nothing to do" and parks, until some other
//! event arrives. With a timer of 0.5 ms on a machine with more work than cores that was seen
//! in a third of short runs; with 10 ms, not in thirty. The pulse bounds what remains: while
//! tasks run, a timer of 2 ms wakes the executor, and a slower one while it is idle.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::io::watch::Heart;

/// A task that has run this long should let others run, and the kernel be asked.
const TURN_MAX: Duration = Duration::from_micros(500);
/// The pulse while tasks run, and while none do.
const PULSE_BUSY: Duration = Duration::from_millis(2);
const PULSE_IDLE: Duration = Duration::from_millis(100);

thread_local! {
    static TURNS: Cell<u64> = const { Cell::new(0) };
    static LONGEST: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static BEGAN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Measures every turn of `work`: two readings of the clock per poll.
pub(super) async fn measured<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let began = Instant::now();
        BEGAN.set(Some(began));
        let outcome = work.as_mut().poll(context);
        TURNS.set(TURNS.get() + 1);
        LONGEST.set(LONGEST.get().max(began.elapsed()));
        BEGAN.set(None);
        outcome
    })
    .await
}

/// The longest turn of a task of this thread since the last call.
pub fn take_longest_turn() -> Duration {
    LONGEST.take()
}

/// Whether the task now running has had its share.
pub(super) fn is_over() -> bool {
    BEGAN.get().is_some_and(|began| began.elapsed() > TURN_MAX)
}

/// Beats for ever: counts for the watchdog, and wakes an executor that forgot its tasks.
pub(super) async fn pulse(heart: Arc<Heart>) {
    let mut seen = TURNS.get();
    loop {
        heart.beat();
        let turns = TURNS.get();
        let pause = if turns == seen {
            PULSE_IDLE
        } else {
            PULSE_BUSY
        };
        seen = turns;
        glommio::timer::sleep(pause).await;
    }
}
