use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::model::{Instant, Timestamp};

use super::world::Sim;

/// Wall time at which every world begins: 2026-01-01T00:00:00Z.
const WALL_START_MS: i64 = 1_767_225_600_000;

/// The longest a sleeper is woken after its deadline.
const OVERSHOOT_MAX: Duration = Duration::from_micros(60);

/// Deadline in nanoseconds, then order of registration.
type TimerKey = (u64, u64);

/// Virtual time: it stands still while any task is ready, then jumps to the next deadline.
pub(super) struct Clock {
    now_ns: Cell<u64>,
    next_timer: Cell<u64>,
    timers: RefCell<BTreeMap<TimerKey, Waker>>,
}

impl Clock {
    pub fn new() -> Clock {
        Clock {
            now_ns: Cell::new(0),
            next_timer: Cell::new(0),
            timers: RefCell::new(BTreeMap::new()),
        }
    }

    pub fn now(&self) -> Instant {
        Instant(self.now_ns.get())
    }

    pub fn wall(&self) -> Timestamp {
        let elapsed_ms = i64::try_from(self.now_ns.get() / 1_000_000).unwrap_or(i64::MAX);
        Timestamp(WALL_START_MS.saturating_add(elapsed_ms))
    }

    /// Jumps to the next deadline and wakes whoever waits for it. False when nobody waits.
    pub fn advance(&self) -> bool {
        let mut timers = self.timers.borrow_mut();
        let Some((&(deadline_ns, _), _)) = timers.first_key_value() else {
            return false;
        };
        assert!(
            deadline_ns >= self.now_ns.get(),
            "a deadline lies in the past"
        );
        self.now_ns.set(deadline_ns);
        while let Some(entry) = timers.first_entry() {
            if entry.key().0 != deadline_ns {
                break;
            }
            entry.remove().wake();
        }
        true
    }

    fn register(&self, deadline: Instant, waker: Waker) -> TimerKey {
        let order = self.next_timer.get();
        self.next_timer.set(order + 1);
        self.timers.borrow_mut().insert((deadline.0, order), waker);
        (deadline.0, order)
    }
}

/// Monotonic virtual time of the current world.
pub fn now() -> Instant {
    Sim::current().clock().now()
}

/// Wall time of the current world, which begins on the first day of 2026.
pub fn wall() -> Timestamp {
    Sim::current().clock().wall()
}

/// Sleeps for `span` and, as real timers do, up to 60 microseconds more.
pub fn sleep(span: Duration) -> Sleep {
    sleep_until(now().plus(span))
}

/// Sleeps until `deadline` and, as real timers do, up to 60 microseconds more.
pub fn sleep_until(deadline: Instant) -> Sleep {
    let sim = Sim::current();
    if deadline <= sim.clock().now() {
        return Sleep::until(deadline);
    }
    let overshoot = sim.dice().span(Duration::ZERO, OVERSHOOT_MAX);
    Sleep::until(deadline.plus(overshoot))
}

/// Waits for a moment of virtual time.
pub struct Sleep {
    deadline: Instant,
    timer: Option<TimerKey>,
}

impl Sleep {
    /// Wakes exactly at `deadline`.
    pub(super) fn until(deadline: Instant) -> Sleep {
        Sleep {
            deadline,
            timer: None,
        }
    }

    fn forget_timer(&mut self, clock: &Clock) {
        if let Some(key) = self.timer.take() {
            clock.timers.borrow_mut().remove(&key);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let sim = Sim::current();
        let clock = sim.clock();
        self.forget_timer(clock);
        if self.deadline <= clock.now() {
            return Poll::Ready(());
        }
        self.timer = Some(clock.register(self.deadline, context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.timer.is_some()
            && let Some(sim) = Sim::try_current()
        {
            self.forget_timer(sim.clock());
        }
    }
}
