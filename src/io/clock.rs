//! Time: one monotonic clock, one wall clock, and waiting.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::{Either, select};

use super::{World, sim, uring};
use crate::model::{Instant, Timestamp};

/// Nanoseconds since this process (or this simulated world) began; never goes back.
pub fn now() -> Instant {
    match World::current() {
        World::Uring => uring::clock::now(),
        World::Sim => sim::clock::now(),
    }
}

/// The wall clock. It may jump; deadlines are made of [`now`].
pub fn wall() -> Timestamp {
    match World::current() {
        World::Uring => uring::clock::wall(),
        World::Sim => sim::clock::wall(),
    }
}

/// A moment of the wall clock as the standard library has it, for crates that ask for that; what
/// lies before 1970 is 1970.
pub fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0))
}

/// Waits at least `duration`.
pub async fn sleep(duration: Duration) {
    match World::current() {
        World::Uring => uring::clock::sleep(duration).await,
        World::Sim => sim::clock::sleep(duration).await,
    }
}

/// Waits until `deadline`; returns at once when it has passed.
pub async fn sleep_until(deadline: Instant) {
    let left = deadline.since(now());
    if !left.is_zero() {
        sleep(left).await;
    }
}

/// The time given to [`timeout`] ran out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the time allowed has run out")]
pub struct Elapsed;

/// Runs `work` for at most `duration`, then drops it.
pub async fn timeout<F: Future>(duration: Duration, work: F) -> Result<F::Output, Elapsed> {
    match select(pin!(work), pin!(sleep(duration))).await {
        Either::Left((output, _)) => Ok(output),
        Either::Right(_) => Err(Elapsed),
    }
}
