//! glommio's tasks and its blocking pool.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::turn;
use crate::io::task::Panicked;

/// A task of this thread's executor.
#[derive(Debug)]
pub struct Task<T>(glommio::Task<T>);

impl<T: 'static> Task<T> {
    pub fn detach(self) {
        self.0.detach();
    }

    pub async fn cancel(self) -> Option<T> {
        self.0.cancel().await
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx)
    }
}

pub fn spawn<T: 'static>(work: impl Future<Output = T> + 'static) -> Task<T> {
    // `spawn_local` would run the task at once, inside the caller's turn; into a queue, even the
    // current one, it is scheduled.
    let queue = glommio::executor().current_task_queue();
    let task = glommio::spawn_local_into(turn::measured(work), queue);
    Task(task.expect("the queue of the running task exists"))
}

pub async fn yield_now() {
    glommio::executor().yield_now().await;
}

/// Waits for a timer that has as good as expired rather than at the back of the run queue: the
/// queue can then drain, and only when it does are sockets and completions looked at.
pub async fn yield_if_needed() {
    if turn::is_over() {
        glommio::timer::sleep(Duration::from_micros(5)).await;
    }
}

/// A panic on glommio's pool would end its thread and hang the caller for ever, so it is caught
/// there and comes back as a value.
pub async fn block_on_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    // `work` is consumed by the call, so nobody sees what a panic left half done.
    let guarded = move || catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message_of(&*panic));
    glommio::executor()
        .spawn_blocking(guarded)
        .await
        .map_err(Panicked)
}

/// The text of a panic, where it has one.
pub(super) fn message_of(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}
