//! Tasks of one executor, and the pool for what may block.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{World, sim, uring};

/// A running task. Await it for its output, [`Task::cancel`] it, or [`Task::detach`] it; a task
/// that is merely dropped is cancelled at its next turn.
#[derive(Debug)]
#[must_use = "a dropped task is cancelled: await it, cancel it or detach it"]
pub enum Task<T> {
    Uring(uring::Task<T>),
    Sim(sim::Task<T>),
}

/// Starts a task on this executor. It first runs after the caller's turn ends.
pub fn spawn<T: 'static>(work: impl Future<Output = T> + 'static) -> Task<T> {
    match World::current() {
        World::Uring => Task::Uring(uring::task::spawn(work)),
        World::Sim => Task::Sim(sim::task::spawn(work)),
    }
}

impl<T: 'static> Task<T> {
    /// Lets the task run on with nobody waiting for its output.
    pub fn detach(self) {
        match self {
            Task::Uring(task) => task.detach(),
            Task::Sim(task) => task.detach(),
        }
    }

    /// Stops the task, waits until its future is dropped, and gives the output if it had already
    /// ended.
    pub async fn cancel(self) -> Option<T> {
        match self {
            Task::Uring(task) => task.cancel().await,
            Task::Sim(task) => task.cancel().await,
        }
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut *self {
            Task::Uring(task) => Pin::new(task).poll(cx),
            Task::Sim(task) => Pin::new(task).poll(cx),
        }
    }
}

/// Goes to the back of the run queue.
pub async fn yield_now() {
    match World::current() {
        World::Uring => uring::task::yield_now().await,
        World::Sim => sim::task::yield_now().await,
    }
}

/// Yields when this task has had its share of the executor; nearly free otherwise. Long loops
/// call it every few microseconds of work.
pub async fn yield_if_needed() {
    match World::current() {
        World::Uring => uring::task::yield_if_needed().await,
        World::Sim => sim::task::yield_if_needed().await,
    }
}

/// A closure given to [`block_on_pool`] panicked; the message of the panic.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("work on the blocking pool panicked: {0}")]
pub struct Panicked(pub String);

/// Runs `work` on a thread where blocking hurts nobody. Dropping the future does not stop it.
pub async fn block_on_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    match World::current() {
        World::Uring => uring::task::block_on_pool(work).await,
        World::Sim => sim::task::block_on_pool(work).await,
    }
}
