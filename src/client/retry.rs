use std::time::Duration;

use super::{ClientFault, Settings};
use crate::io::{clock, random};

/// How long to wait before the next attempt: doubling, up to a limit, and spread by a fifth so
/// that clients that failed together do not come back together (KIP-580).
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    pub fn new(first: Duration, max: Duration) -> Backoff {
        Backoff { next: first, max }
    }

    /// `dice` is any number; its remainder picks a point between 80 and 120 percent.
    pub fn delay(&mut self, dice: u64) -> Duration {
        let delay = self.next;
        self.next = (delay * 2).min(self.max);
        let percent = 80 + u32::try_from(dice % 41).unwrap_or(0);
        delay * percent / 100
    }
}

/// Repeats `attempt` while its fault may pass, until `call_timeout` has; then gives the fault.
pub async fn persist<T>(
    settings: &Settings,
    mut attempt: impl AsyncFnMut() -> Result<T, ClientFault>,
) -> Result<T, ClientFault> {
    let deadline = clock::now().plus(settings.call_timeout);
    let mut backoff = Backoff::new(settings.backoff_first, settings.backoff_max);
    loop {
        let fault = match attempt().await {
            Err(fault) if fault.is_retriable() => fault,
            done => return done,
        };
        let delay = backoff.delay(random::u64());
        if clock::now().plus(delay) >= deadline {
            return Err(fault);
        }
        clock::sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn delays_double_up_to_their_limit_and_are_spread_by_a_fifth() {
        let millis = Duration::from_millis;
        let mut backoff = Backoff::new(millis(100), millis(300));
        let delays: Vec<_> = [20, 0, 40, 20].map(|dice| backoff.delay(dice)).into();
        assert_eq!(delays, [millis(100), millis(160), millis(360), millis(300)]);
    }
}
