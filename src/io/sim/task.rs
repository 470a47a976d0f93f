use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::io::World;
use crate::io::task::Panicked;

/// A task of the simulated executor. Must be `Unpin`.
#[derive(Debug)]
pub struct Task<T>(Infallible, PhantomData<fn() -> T>);

impl<T: 'static> Task<T> {
    pub fn detach(self) {
        match self.0 {}
    }

    pub async fn cancel(self) -> Option<T> {
        match self.0 {}
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<T> {
        match self.0 {}
    }
}

pub fn spawn<T: 'static>(_work: impl Future<Output = T> + 'static) -> Task<T> {
    unreachable!("the simulated world is not built yet")
}

pub async fn yield_now() {}

pub async fn yield_if_needed() {}

pub async fn block_on_pool<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    Ok(work())
}

/// Runs `work` in a simulated world of its own.
pub fn run<T: 'static>(_seed: u64, _work: impl Future<Output = T> + 'static) -> T {
    let _entered = World::enter(World::Sim);
    unreachable!("the simulated world is not built yet")
}
