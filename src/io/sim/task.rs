use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::clock::Sleep;
use super::executor::TaskKey;
use super::world::Sim;
use crate::io::task::Panicked;

/// How long a blocking closure waits for, and occupies, a pool thread.
const POOL_DELAY: (Duration, Duration) = (Duration::from_micros(5), Duration::from_millis(2));

/// The result of a task to come. Dropping the handle cancels the task.
#[must_use = "await it, or say detach"]
pub struct Task<T> {
    key: Option<TaskKey>,
    outcome: Outcome<T>,
}

/// Runs a future on the node of the current task.
pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    let sim = Sim::current();
    let node = sim.running_node();
    spawn_on(&sim, node, future)
}

/// Runs a future on a node; on a node that is down it is dropped at once.
pub(super) fn spawn_on<T: 'static>(
    sim: &Sim,
    node: u32,
    future: impl Future<Output = T> + 'static,
) -> Task<T> {
    let outcome = Outcome::new();
    let teller = Teller(outcome.clone());
    let told = async move {
        let value = future.await;
        teller.tell(value);
    };
    let key = sim.spawn(node, Box::pin(told));
    Task { key, outcome }
}

/// Runs work that goes on when the caller loses interest, as a submitted kernel operation does.
/// Never ends when the node crashes first.
pub(super) async fn in_kernel<T: 'static>(work: impl Future<Output = T> + 'static) -> T {
    let mut task = spawn(work);
    let outcome = task.outcome.clone();
    task.key = None;
    match outcome.await {
        Some(value) => value,
        None => std::future::pending().await,
    }
}

/// Gives every other ready task a chance to go first.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Yields by dice, where the kernel's world asks its preemption timer.
pub async fn yield_if_needed() {
    if Sim::current().dice().percent(20) {
        yield_now().await;
    }
}

/// Runs a closure after a random delay, even when the caller stops waiting. A panic in it is a
/// panic of the world, which no test should survive, so the error never comes.
pub async fn block_on_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    in_kernel(async move {
        let sim = Sim::current();
        let delay = sim.dice().span(POOL_DELAY.0, POOL_DELAY.1);
        Sleep::until(sim.clock().now().plus(delay)).await;
        Ok(work())
    })
    .await
}

impl<T> Task<T> {
    /// Lets the task run on without an owner.
    pub fn detach(mut self) {
        self.key = None;
    }

    /// Drops the task's future now; gives the output if it had ended before.
    pub async fn cancel(self) -> Option<T> {
        self.outcome.state.borrow_mut().value.take()
    }

    /// Waits for the end; none when the task was cancelled, or died with its node.
    pub async fn join(mut self) -> Option<T> {
        let value = self.outcome.clone().await;
        self.key = None;
        value
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.outcome.state.borrow().ended
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let poll = Pin::new(&mut self.outcome).poll(context);
        poll.map(|value| value.expect("the awaited task died with its node; join() expects that"))
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take()
            && let Some(sim) = Sim::try_current()
        {
            sim.cancel(key);
        }
    }
}

/// Where a task leaves its value.
struct Outcome<T> {
    state: Rc<RefCell<OutcomeState<T>>>,
}

struct OutcomeState<T> {
    value: Option<T>,
    ended: bool,
    waiter: Option<Waker>,
}

impl<T> Outcome<T> {
    fn new() -> Outcome<T> {
        let state = OutcomeState {
            value: None,
            ended: false,
            waiter: None,
        };
        Outcome {
            state: Rc::new(RefCell::new(state)),
        }
    }

    fn end(&self, value: Option<T>) {
        let mut state = self.state.borrow_mut();
        if !state.ended {
            state.ended = true;
            state.value = value;
        }
        if let Some(waiter) = state.waiter.take() {
            waiter.wake();
        }
    }
}

impl<T> Clone for Outcome<T> {
    fn clone(&self) -> Outcome<T> {
        Outcome {
            state: self.state.clone(),
        }
    }
}

impl<T> Future for Outcome<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.state.borrow_mut();
        if state.ended {
            return Poll::Ready(state.value.take());
        }
        state.waiter = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The task's side of its outcome: says that it ended even when it is dropped half way.
struct Teller<T>(Outcome<T>);

impl<T> Teller<T> {
    fn tell(self, value: T) {
        self.0.end(Some(value));
    }
}

impl<T> Drop for Teller<T> {
    fn drop(&mut self) {
        self.0.end(None);
    }
}
