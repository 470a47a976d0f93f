//! What this thread's executor has done: turns taken by tasks, the longest of them, and the
//! pulse that keeps it going.
//!
//! **The pulse** is a task that beats for the watchdog and puts off the alarm, which rings when
//! the executor sleeps on tasks that are ready (see `alarm`). It beats fast while tasks run, so
//! that such a sleep is short under load, and slowly while none do, so that idling is cheap.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::alarm::Alarm;
use crate::io::watch::Heart;

/// A task that has run this long should let others run, and the kernel be asked.
const TURN_MAX: Duration = Duration::from_micros(500);
/// The pulse while tasks run, and while none do.
const PULSE_BUSY: Duration = Duration::from_millis(2);
const PULSE_IDLE: Duration = Duration::from_millis(100);
/// How late a pulse may be before the alarm rings.
const LATE: Duration = Duration::from_millis(2);

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

/// Beats for ever.
pub(super) async fn pulse(heart: Arc<Heart>, alarm: Alarm) {
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
        alarm.put_off(pause + LATE);
        glommio::timer::sleep(pause).await;
    }
}
