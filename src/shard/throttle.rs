//! Work of the background that may use so many bytes a second.

use std::cell::Cell;
use std::time::Duration;

use crate::io::{clock, task};
use crate::model::Instant;

/// Whoever waits for work to give up waits no longer than this.
const PATIENCE: Duration = Duration::from_millis(50);

/// What has been spent is paid for by waiting.
pub struct Throttle {
    /// When the bytes spent so far are paid for.
    due: Cell<Instant>,
}

impl Throttle {
    pub fn new() -> Throttle {
        Throttle {
            due: Cell::new(clock::now()),
        }
    }

    /// Waits until so many bytes may be used, or all is over.
    pub async fn spend(&self, bytes: usize, per_second: u64, is_over: impl Fn() -> bool) {
        task::yield_now().await;
        let cost = Duration::try_from_secs_f64(bytes as f64 / per_second.max(1) as f64);
        let due = self.due.get().max(clock::now());
        self.due.set(due.plus(cost.unwrap_or(Duration::MAX)));
        while clock::now() < due && !is_over() {
            let left = due.since(clock::now());
            clock::sleep(left.min(PATIENCE)).await;
        }
    }
}
