//! The kernel's clocks and glommio's timers.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::{Instant, Timestamp};

/// The moment of the first reading, from which all others count.
static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();

pub fn now() -> Instant {
    let origin = ORIGIN.get_or_init(std::time::Instant::now);
    Instant::ZERO.plus(origin.elapsed())
}

pub fn wall() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

pub async fn sleep(duration: Duration) {
    glommio::timer::sleep(duration).await;
}
