use std::time::Duration;

use crate::model::{Instant, Timestamp};

pub fn now() -> Instant {
    unreachable!("the simulated world is not built yet")
}

pub fn wall() -> Timestamp {
    unreachable!("the simulated world is not built yet")
}

pub async fn sleep(_duration: Duration) {
    unreachable!("the simulated world is not built yet")
}
